"""A function that streams three lines: each of them once the file exists that `GATE` names, with
the line's number behind it. It speaks to the Runtime API by itself.
"""

import http.client
import json
import os
import time

RUNTIME = "/2018-06-01/runtime/invocation"
HEADERS = {
    "lambda-runtime-function-response-mode": "streaming",
    "content-type": "application/vnd.awslambda.http-integration-response",
}


def lines():
    prelude = {"statusCode": 201, "headers": {"content-type": "text/plain"}, "cookies": ["a=1", "b=2"]}
    yield json.dumps(prelude).encode() + bytes(8)
    for number in range(3):
        while not os.path.exists(f"{os.environ['GATE']}{number}"):
            time.sleep(0.01)
        yield b"line %d\n" % number


api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
while True:
    api.request("GET", f"{RUNTIME}/next")
    event = api.getresponse()
    event.read()
    request_id = event.headers["lambda-runtime-aws-request-id"]
    api.request("POST", f"{RUNTIME}/{request_id}/response", lines(), HEADERS)
    api.getresponse().read()
