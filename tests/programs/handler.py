"""A function on AWS's own runtime client, behind any of the gateways: it tells what it saw.

| path | answer |
|---|---|
| `/binary` | the request's body as it came, by base64 |
| `/plain` | a result that is no reply |
| `/gate` | as any other, once the file exists that `GATE` names |
| `/raise` | the handler raises |
| `/exit` | the process exits |
| all others | what it saw, in JSON, and two cookies |
"""

import base64
import json
import logging
import os
import time

logger = logging.getLogger()
logger.setLevel("INFO")


def handler(event, context):
    seen = request(event)
    # In one write, since others print meanwhile.
    print(f"printed: {seen['path']}\n", end="")
    logger.info("logged: %s", seen["path"])
    match seen["path"].rpartition("/")[2]:
        case "binary":
            body = base64.b64decode(seen["body_base64"])
            return reply(event, body, "application/octet-stream")
        case "plain":
            return {"hello": "world"}
        case "gate":
            while not os.path.exists(os.environ["GATE"]):
                time.sleep(0.01)
        case "raise":
            raise ValueError("/raise was asked for")
        case "exit":
            os._exit(3)
    seen["function"], seen["handler"] = context.function_name, os.environ["_HANDLER"]
    seen["request_id"] = context.aws_request_id
    seen["has_time"] = context.get_remaining_time_in_millis() > 0
    return reply(event, json.dumps(seen).encode(), "application/json")


def is_v2(event):
    return event.get("version") == "2.0"


def request(event):
    http = event["requestContext"]["http"] if is_v2(event) else None
    body = event.get("body") or ""
    is_base64 = event["isBase64Encoded"]
    queries = ("rawQueryString", "multiValueQueryStringParameters", "queryStringParameters")
    return {
        "method": http["method"] if http else event["httpMethod"],
        "path": event["rawPath"] if http else event["path"],
        "query": next(event[name] for name in queries if name in event),
        "headers": event.get("multiValueHeaders") or event["headers"],
        "cookies": event.get("cookies"),
        "is_base64": is_base64,
        "body_base64": body if is_base64 else base64.b64encode(body.encode()).decode(),
    }


def reply(event, body, content_type):
    is_text = content_type == "application/json"
    answer = {
        "statusCode": 200,
        "body": body.decode() if is_text else base64.b64encode(body).decode(),
        "isBase64Encoded": not is_text,
    }
    cookies = ["a=1; Path=/", "b=2"]
    if is_v2(event):
        return answer | {"headers": {"content-type": content_type}, "cookies": cookies}
    if "multiValueHeaders" in event:
        return answer | {"multiValueHeaders": {"content-type": [content_type], "set-cookie": cookies}}
    # Names that differ in nothing but their case are two.
    headers = {"content-type": content_type, "set-cookie": cookies[0], "Set-Cookie": cookies[1]}
    return answer | {"headers": headers}
