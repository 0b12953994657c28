"""Drives example-httpbin on the Runtime Interface Emulator: one line for each check.

Usage: rie.py EMULATOR LIFECYCLE HTTPBIN..., as tests/rie.sh does. What the emulator and the function say
goes to rie.log beside the emulator.
"""

import base64
import gzip
import json
import os
import sys
import urllib.error
import urllib.request

from checks import Checks, Response, Server, end_after, free_ports, load, raw, same, sees, to

IP = "203.0.113.7"
JSON_BODY = '{"name":"Zoë","note":"a \\"quoted\\" line\\nand \\\\ another","price":12.5}'.encode()
BINARY = bytes([0, 1, 2, 0x7F, 0x80, 0xC3, 0x28, 0xFE, 0xFF, 10, 13, 34, 92])
FORM = b"name=caf%C3%A9+au+lait&tag=one&tag=two"

# Each gateway: the browser's GET, and the address of the client.
GATEWAYS = {
    "rest_api": ("get_rest_api", IP),
    "http_api_v1": ("get_http_api_v1", IP),
    "http_api": ("get_http_api", IP),
    "function_url": ("get_function_url", IP),
    "alb": ("get_alb", IP),
    "alb_multi": ("get_alb_multi", IP),
    "lattice": ("get_lattice", "10.0.2.100"),
    "lattice_v1": ("get_lattice_v1", "10.0.2.100"),
}

# What the app sees of the other events: fixture, gateway, and the answer of /anything.
SEEN = [
    ("rest_api_post_json", "rest_api", {
        "method": "POST", "path": "/anything/space%20value/a%2Fb/",
        "query": "repeat=one&repeat=two&plus=a%2Bb&space=a%20b&empty=",
        "body": JSON_BODY, "client_ip": IP, "stage": "prod",
    }),
    ("rest_api_put_binary", "rest_api", {
        "method": "PUT", "path": "/anything/upload", "query": None,
        "body": BINARY, "client_ip": IP, "stage": "prod",
    }),
    ("http_api_v1_post_form", "http_api_v1", {
        "method": "POST", "path": "/anything/50%25%20of%20a%20b", "query": "repeat=one&repeat=two",
        "body": FORM, "client_ip": IP, "stage": "$default",
    }),
    ("http_api_post_form", "http_api", {
        "method": "POST", "path": "/anything/50%25%20of%20a%20b",
        "query": "repeat=one&repeat=two&redirect=https%3A%2F%2Fexample.com&plus=a+b",
        "body": FORM, "client_ip": IP, "stage": "$default",
    }),
    ("http_api_named_stage", "http_api", {
        "method": "DELETE", "path": "/anything/orders/7", "query": "colors[]=blue&colors[]=red",
        "body": b"", "client_ip": IP, "stage": "dev",
    }),
    ("function_url_post_binary", "function_url", {
        "method": "POST", "path": "/anything/pa2%Fth/a%20b", "query": "x=1&x=2",
        "body": BINARY, "client_ip": IP, "stage": "$default",
    }),
    ("alb_post_json", "alb", {
        "method": "POST", "path": "/anything/space%20value/a%2Fb",
        "query": "plus=a+b&redirect=https%3A%2F%2Fexample.com",
        "body": JSON_BODY, "client_ip": IP, "stage": None,
    }),
    ("alb_multi_put_gzip", "alb_multi", {
        "method": "PUT", "path": "/anything/packed", "query": "repeat=one&repeat=two&plus=a%2Bb",
        "body": gzip.compress(JSON_BODY, 9, mtime=0), "client_ip": IP, "stage": None,
    }),
    ("alb_health_check", "alb", {
        "method": "GET", "path": "/", "query": None,
        "body": b"", "client_ip": None, "stage": None,
    }),
    ("lattice_put_json", "lattice", {
        "method": "PUT", "path": "/anything/space%20value", "query": "repeat=one&repeat=two",
        "body": JSON_BODY, "client_ip": "10.0.2.100", "stage": None,
    }),
    ("lattice_v1_post_binary", "lattice_v1", {
        "method": "POST", "path": "/anything/upload", "query": "x=a%2Fb",
        "body": BINARY, "client_ip": "10.0.2.100", "stage": None,
    }),
    ("websocket_connect", "websocket", {
        "method": "POST", "path": "/$connect", "query": "token=a%20b&room=1&room=2",
        "body": b"", "client_ip": IP, "stage": "prod",
    }),
    ("websocket_message", "websocket", {
        "method": "POST", "path": "/sendMessage", "query": None,
        "body": '{"action":"sendMessage","text":"grüße"}'.encode(), "client_ip": IP, "stage": "prod",
    }),
    ("websocket_disconnect", "websocket", {
        "method": "POST", "path": "/$disconnect", "query": None,
        "body": b"", "client_ip": IP, "stage": "prod",
    }),
]


def main():
    emulator, lifecycle, *examples = (os.path.abspath(path) for path in sys.argv[1:])
    end_after(300)
    checks = Checks()
    for example in examples:
        print(f"== {example}", flush=True)
        serves(checks, emulator, example)
    shutdown(checks, emulator, lifecycle)
    return checks.end()


def serves(checks, emulator, example):
    """All that httpbin does, whole and by streams."""
    with Emulator(checks, emulator, example) as rie:
        for gateway, (fixture, client_ip) in GATEWAYS.items():
            browser(checks, rie, gateway, fixture, client_ip)
            answers(checks, rie, gateway, load(fixture))
        for fixture, gateway, expected in SEEN:
            with checks.one(f"{fixture}: the app sees the request, and the gateway its reply"):
                response = Response(gateway, rie.invoke(raw(fixture)))
                same(response.status, 200)
                sees(json.loads(response.body), load(fixture), gateway, expected)
        pass_through(checks, rie)
        failures(checks, rie)
    with Emulator(checks, emulator, example, LIFTGATE_STREAMING="1") as rie:
        for gateway in ("function_url", "rest_api"):
            streams(checks, rie, gateway)
        for gateway in GATEWAYS.keys() - {"function_url", "rest_api"}:
            with checks.one(f"{gateway}, streaming: is answered whole"):
                get = load(GATEWAYS[gateway][0])
                same(Response(gateway, rie.invoke(to(get, "/text/95"))).body, bytes(range(32, 127)))


def browser(checks, rie, gateway, fixture, client_ip):
    response = None
    with checks.one(f"{fixture}: the reply is as {gateway} takes it"):
        response = Response(gateway, rie.invoke(raw(fixture)))
        same(response.status, 200)
        same(response.headers, [("content-type", b"application/json")])
    if response is None:
        return
    with checks.one(f"{fixture}: the app sees the browser's request"):
        seen = json.loads(response.body)
        stages = {"rest_api": "prod", "http_api_v1": "$default", "http_api": "$default", "function_url": "$default"}
        query = "lang=en&page=2&q=caf%C3%A9%20au%20lait"
        sees(seen, load(fixture), gateway, {
            "method": "GET", "path": "/anything/hello", "query": query,
            "body": b"", "client_ip": client_ip, "stage": stages.get(gateway),
        })
        same(seen["version"], "HTTP/1.1")
        same(len(seen["request_id"]), 36)


def answers(checks, rie, gateway, event):
    """The odd answers, which have to come through byte for byte."""

    def ask(path, method="GET", **query):
        return Response(gateway, rie.invoke(to(event, path, method, query)))

    with checks.one(f"{gateway}: /bad-header keeps its Latin-1 byte"):
        same(ask("/bad-header").values("x-bad"), [b"caf\xe9"])
    with checks.one(f"{gateway}: /latin1 is not transcoded"):
        response = ask("/latin1")
        same(response.body, b"caf\xe9")
        same(response.values("content-type"), [b"text/plain; charset=iso-8859-1"])
    with checks.one(f"{gateway}: /bom keeps its byte order mark"):
        same(ask("/bom").body, b"\xef\xbb\xbfThis text begins with a byte order mark.\n")
    with checks.one(f"{gateway}: /png is an image"):
        response = ask("/png")
        same(response.values("content-type"), [b"image/png"])
        same((response.body[:8], response.body[-8:]), (b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"))
        same(len(response.body), 70)
    with checks.one(f"{gateway}: /gzip is compressed"):
        response = ask("/gzip")
        same(response.values("content-encoding"), [b"gzip"])
        same(gzip.decompress(response.body), b"This text was compressed.\n")
    with checks.one(f"{gateway}: two cookies are two"):
        same(ask("/cookies/set", a="1", b="2").values("set-cookie"), [b"a=1", b"b=2"])
    with checks.one(f"{gateway}: HEAD has the length and no body"):
        response = ask("/head-with-length", "HEAD")
        same((response.values("content-length"), response.body), ([b"1234"], b""))
    with checks.one(f"{gateway}: a status without a body"):
        response = ask("/status/404", "DELETE")
        same((response.status, response.body), (404, b""))


def pass_through(checks, rie):
    for fixture in ("sqs", "schedule"):
        with checks.one(f"{fixture}: the event is the body, and the answer the result"):
            event = raw(fixture)
            seen = rie.invoke(event)
            same((seen["source"], seen["client_ip"]), ("pass_through", None))
            same((seen["method"], seen["uri"]), ("POST", "/anything/event"))
            same(base64.b64decode(seen["body_base64"]), event)
            length = ["content-length", str(len(event))]
            same(sorted(seen["headers"]), [length, ["content-type", "application/json"]])


def failures(checks, rie):
    get = load("get_http_api")
    cases = [
        ("/panic", to(get, "/panic"), "Liftgate.Panic", "the service panicked: /panic was asked for"),
        ("/error", to(get, "/error"), "Liftgate.ServiceError", "the service failed: /error was asked for"),
        ("/body-error", to(get, "/body-error"), "Liftgate.BodyError", "/body-error was asked for"),
        ("a malformed header", raw("malformed_header"), "Liftgate.InvalidEvent", "headers.x-count: "),
        ("a malformed body", raw("malformed_base64"), "Liftgate.InvalidEvent", "body: not base64: "),
        ("no JSON", b'{"version":"2.0",', "Liftgate.InvalidEvent", "it ends too early (byte 17)"),
        ("no event", b"", "Liftgate.InvalidEvent", "(byte 0)"),
    ]
    for name, event, kind, message in cases:
        with checks.one(f"{name}: fails as {kind}, and the same process serves the next event"):
            before = rie.function()
            assert before is not None, "the function does not run"
            error = rie.invoke(event)
            same(error.get("errorType"), kind)
            assert message in error["errorMessage"], error
            same(Response("http_api", rie.invoke(get)).status, 200)
            same(rie.function(), before)
    with checks.one("a reply over 6 MB: fails, and the same process serves the next event"):
        before = rie.function()
        error = rie.invoke(to(get, "/text/7000000"))
        same(error.get("errorType"), "Liftgate.InvalidResponse")
        same(Response("http_api", rie.invoke(get)).status, 200)
        same(rie.function(), before)


def streams(checks, rie, gateway):
    """The emulator takes a stream, and gives all of it as it is once it has ended, without the
    trailers of an error."""
    get = load(GATEWAYS[gateway][0])

    def stream(path, query=None):
        prelude, nuls, body = rie.ask(to(get, path, query=query)).partition(bytes(8))
        same(nuls, bytes(8))
        prelude = json.loads(prelude)
        members = {"statusCode", "headers", "cookies"} if gateway == "function_url" else {"statusCode", "multiValueHeaders"}
        same(set(prelude), members)
        return prelude, body

    with checks.one(f"{gateway}, streaming: chunks as they come"):
        prelude, body = stream("/stream/5", {"ms": "5"})
        same((prelude["statusCode"], body), (200, b"".join(b"chunk %d\n" % n for n in range(5))))
    with checks.one(f"{gateway}, streaming: a status without a body"):
        prelude, body = stream("/status/204")
        same((prelude["statusCode"], body), (204, b""))
    with checks.one(f"{gateway}, streaming: two cookies"):
        prelude, _ = stream("/cookies/set", {"a": "1", "b": "2"})
        cookies = prelude.get("cookies") or prelude["multiValueHeaders"]["set-cookie"]
        same(cookies, ["a=1", "b=2"])
    with checks.one(f"{gateway}, streaming: 5 MB of bytes, without a length"):
        prelude, body = stream("/bytes/5000000")
        same(len(body), 5_000_000)
        assert "content-length" not in json.dumps(prelude), prelude
    with checks.one(f"{gateway}, streaming: an error in the middle, and the same process serves on"):
        before = rie.function()
        _, body = stream("/body-error")
        same(body, b"The first chunk, and no second.\n")
        same(rie.invoke(to(get, "/panic"))["errorType"], "Liftgate.Panic")
        for _ in range(50):
            same(stream("/text/95")[1], bytes(range(32, 127)))
        same(rie.function(), before)


def shutdown(checks, emulator, example):
    """The emulator sends SIGTERM to a function with an extension when it ends."""
    with checks.one("on_shutdown: an extension is registered, and the hook runs on SIGTERM"):
        rie = Emulator(checks, emulator, example)
        with rie:
            reply = Response("http_api", rie.invoke(to(load("get_http_api"), "/")))
            assert reply.body.startswith(b"a row for "), reply.body
        log = rie.log.read_text()
        expected = ["liftgate-shutdown", "opening the pool", "working after the response", "flushing the telemetry", "closing the pool"]
        same([line for line in expected if line not in log], [])


class Emulator(Server):
    """The emulator, with the function in it, which is a program and its arguments."""

    def __init__(self, checks, emulator, *program, **variables):
        super().__init__(checks, os.path.join(os.path.dirname(emulator), "rie.log"), **variables)
        self.emulator, self.program = emulator, program

    def command(self):
        self.port, back = free_ports(2)
        self.url = f"http://127.0.0.1:{self.port}/2015-03-31/functions/function/invocations"
        return [
            self.emulator,
            "--runtime-interface-emulator-address", f"127.0.0.1:{self.port}",
            "--runtime-api-address", f"127.0.0.1:{back}",
            *self.program,
        ]

    def invoke(self, event):
        return json.loads(self.ask(event))

    def ask(self, event):
        is_raw = isinstance(event, bytes)
        payload = event if is_raw else json.dumps(event, separators=(",", ":")).encode()
        request = urllib.request.Request(self.url, payload, {"content-type": "application/json"})
        try:
            reply = opener.open(request, timeout=20)
        except urllib.error.HTTPError as error:
            # So it tells that the function has died.
            reply = error
        with reply:
            return reply.read()


# The emulator is on this machine, whatever proxy the environment names.
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


if __name__ == "__main__":
    sys.exit(main())
