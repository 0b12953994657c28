"""A Lambda program for tests: what it does is in the path, and in MODE."""

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time

API = os.environ["AWS_LAMBDA_RUNTIME_API"]
MODE = os.environ.get("MODE", "")
RUNTIME = "/2018-06-01/runtime/"
PRELUDE = b'{"statusCode":201,"headers":{"x-a":"b"}}' + bytes(8)
STREAMED = {
    "Lambda-Runtime-Function-Response-Mode": "streaming",
    "Content-Type": "application/vnd.awslambda.http-integration-response",
    "Transfer-Encoding": "chunked",
}


def say(text):
    print(text, flush=True)


def wait_for(name):
    while not os.path.exists(name):
        time.sleep(0.01)


def note(name, text):
    with open(name, "a") as file:
        file.write(text + "\n")


class Connection:
    def __init__(self):
        self.http = http.client.HTTPConnection(API)

    def send(self, method, path, body=None, headers={}):
        chunked = "Transfer-Encoding" in headers
        self.http.request(method, path, body, headers, encode_chunked=chunked)
        response = self.http.getresponse()
        return response.headers, response.read()


def answer(path):
    """The reply's body."""
    words = path.strip("/").split("/")
    match words[0]:
        case "pid":
            return str(os.getpid())
        case "env":
            return json.dumps(dict(os.environ))
        case "wait":
            say("waits")
            wait_for(words[1])
        case "exit":
            sys.stderr.write("about to exit\n")
            os._exit(int(words[1]))
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "long":
            sys.stdout.buffer.write(b"x" * 100_000 + b"\n\xff\xfe\n")
            sys.stdout.buffer.flush()
        case "version":
            with open("version.txt") as file:
                return file.read()
        case "lines":
            with open("lines.txt") as file:
                return file.read()
        case "time":
            return json.dumps({"time": time.time(), "same": 1})
    return "hello " + path


def broken():
    yield PRELUDE + b"one "
    time.sleep(0.2)
    os._exit(4)


def serve():
    connection = Connection()
    while True:
        headers, event = connection.send("GET", RUNTIME + "invocation/next")
        base = RUNTIME + "invocation/" + headers["Lambda-Runtime-Aws-Request-Id"]
        event = json.loads(event)
        path = event.get("rawPath", "/")
        if path == "/error":
            error = {"errorType": "Oops", "errorMessage": "no luck", "stackTrace": []}
            connection.send("POST", base + "/error", json.dumps(error))
        elif path == "/stream":
            chunks = iter([PRELUDE, b"one ", b"two"])
            connection.send("POST", base + "/response", chunks, STREAMED)
        elif path == "/broken":
            connection.send("POST", base + "/response", broken(), STREAMED)
        elif path == "/leave":
            # It does not wait for the acknowledgement.
            reply = json.dumps({"statusCode": 200, "body": "the last words"})
            connection.http.request("POST", base + "/response", reply)
            os._exit(0)
        elif path == "/nothing":
            headers = STREAMED | {"Content-Type": "application/octet-stream"}
            connection.send("POST", base + "/response", iter([]), headers)
        else:
            reply = {"statusCode": 200, "headers": {"x-pid": str(os.getpid())}, "body": answer(path)}
            connection.send("POST", base + "/response", json.dumps(reply))


note("starts", str(os.getpid()))
if MODE == "exit":
    say("this is on standard output")
    sys.stderr.write("there is no database\n")
    sys.exit(7)
if MODE in ("init-error", "init-error-and-on"):
    error = {"errorType": "Oops", "errorMessage": "no table"}
    Connection().send("POST", RUNTIME + "init/error", json.dumps(error))
    if MODE == "init-error-and-on":
        time.sleep(1000)
    sys.exit(1)
if MODE == "slow":
    wait_for("go")
if MODE == "children":
    child = subprocess.Popen(["sleep", "1000"])
    note("child", str(child.pid))
if MODE == "extension":
    headers = {"Lambda-Extension-Name": "internal"}
    body = json.dumps({"events": []})
    Connection().send("POST", "/2020-01-01/extension/register", body, headers)
if MODE in ("extension", "plain"):
    def end(*_):
        note("ended", "by SIGTERM")
        os._exit(0)
    signal.signal(signal.SIGTERM, end)

workers = int(os.environ.get("AWS_LAMBDA_MAX_CONCURRENCY", "1"))
for _ in range(workers - 1):
    threading.Thread(target=serve, daemon=True).start()
serve()
