"""Drives example-httpbin on the Runtime Interface Emulator: one line for each check.

Usage: rie.py EMULATOR EXAMPLE, as tests/rie.sh does. What the emulator and the function say
goes to rie.log beside the emulator.
"""

import base64
import contextlib
import copy
import gzip
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
import urllib.request

FIXTURES = pathlib.Path(__file__).parent / "fixtures"
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

# The members of a reply besides the three that all have.
MEMBERS = {
    "rest_api": {"multiValueHeaders"},
    "http_api_v1": {"multiValueHeaders"},
    "http_api": {"headers", "cookies"},
    "function_url": {"headers", "cookies"},
    "alb": {"headers", "statusDescription"},
    "alb_multi": {"multiValueHeaders", "statusDescription"},
    "lattice": {"headers", "statusDescription"},
    "lattice_v1": {"headers", "statusDescription"},
    "websocket": {"headers"},
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
    emulator, example = (os.path.abspath(path) for path in sys.argv[1:])
    # A call that hangs for all its timeouts ends here.
    signal.alarm(300)
    for number in (signal.SIGTERM, signal.SIGALRM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(f"ended by signal {number}"))
    checks = Checks()
    with Emulator(emulator, example) as rie:
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
    print(f"{checks.passed} passed, {checks.failed} failed")
    return 1 if checks.failed else 0


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
            same(seen["headers"], [["content-type", "application/json"], length])


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


class Response:
    """What the gateway makes of a reply, which has to have the gateway's own shape."""

    def __init__(self, gateway, reply):
        assert isinstance(reply, dict) and "errorType" not in reply, f"the reply is {reply!r}"
        members = MEMBERS[gateway] | {"statusCode", "body", "isBase64Encoded"}
        if not reply.get("cookies"):
            members -= {"cookies"}
        same(set(reply), members)
        self.status = reply["statusCode"]
        assert type(self.status) is int and type(reply["isBase64Encoded"]) is bool, reply
        if "statusDescription" in reply:
            assert reply["statusDescription"].startswith(f"{self.status} "), reply
        self.headers = []
        for name, values in reply.get("multiValueHeaders", {}).items():
            assert isinstance(values, list), reply
            self.headers += [(name, latin1(value)) for value in values]
        for name, value in reply.get("headers", {}).items():
            # The one array that there is: of VPC Lattice, whose requests have arrays too.
            is_array = gateway == "lattice" and name == "set-cookie" and isinstance(value, list)
            values = value if is_array else [value]
            self.headers += [(name.lower(), latin1(value)) for value in values]
        if "cookies" in members:
            same(self.values("set-cookie"), [])
            self.headers += [("set-cookie", latin1(value)) for value in reply["cookies"]]
        body = reply["body"]
        self.body = base64.b64decode(body, validate=True) if reply["isBase64Encoded"] else body.encode()

    def values(self, wanted):
        return [value for name, value in self.headers if name == wanted]


def latin1(value):
    assert isinstance(value, str), f"a header's value is {value!r}"
    return value.encode("latin-1")


def sees(seen, event, gateway, expected):
    query = expected["query"]
    uri = expected["path"] + ("" if query is None else f"?{query}")
    same(seen["uri"], uri)
    for name in ("method", "path", "query", "client_ip", "stage"):
        same(seen[name], expected[name])
    same(seen["source"], gateway.removesuffix("_multi"))
    same(base64.b64decode(seen["body_base64"]), expected["body"])
    same(sorted_by_name(seen["headers"]), sorted_by_name(sent(event, gateway, expected["body"])))


def sent(event, gateway, body):
    """The headers of the request that an event tells of."""
    headers = event.get("multiValueHeaders") or event.get("headers") or {}
    pairs = []
    for name, values in headers.items():
        values = values if isinstance(values, list) else [values]
        pairs += [(name.lower(), value) for value in values]
    if "cookies" in event:
        pairs = [pair for pair in pairs if pair[0] != "cookie"]
        pairs.append(("cookie", "; ".join(event["cookies"])))
    if gateway == "websocket" and "headers" not in event:
        pairs = [("host", event["requestContext"]["domainName"]), ("content-type", "application/json")]
    if body:
        pairs = [pair for pair in pairs if pair[0] != "content-length"]
        pairs.append(("content-length", str(len(body))))
    return pairs


def sorted_by_name(headers):
    # The sort is stable: values of one name keep their order.
    return sorted(([name, value] for name, value in headers), key=lambda header: header[0])


def to(event, path, method="GET", query=None):
    """The event with another method, path and query."""
    event = copy.deepcopy(event)
    places = [event, event["requestContext"].get("http", {})] if "requestContext" in event else [event]
    for place in places:
        for key in place.keys() & {"path", "rawPath", "raw_path"}:
            place[key] = path
        for key in place.keys() & {"httpMethod", "method"}:
            place[key] = method
    query = query or {}
    # Lattice V2 has arrays under this name.
    is_lattice = "serviceArn" in event.get("requestContext", {})
    arrays = {name: [value] for name, value in query.items()}
    for key in event.keys() & {"queryStringParameters", "query_string_parameters"}:
        event[key] = arrays if is_lattice else query
    if "multiValueQueryStringParameters" in event:
        event["multiValueQueryStringParameters"] = arrays
    if "rawQueryString" in event:
        event["rawQueryString"] = "&".join(f"{name}={value}" for name, value in query.items())
    return event


def raw(fixture):
    return (FIXTURES / f"{fixture}.json").read_bytes()


def load(fixture):
    return json.loads(raw(fixture))


def same(actual, expected):
    assert actual == expected, f"{actual!r}\n     is not {expected!r}"


class Checks:
    def __init__(self):
        self.passed = self.failed = 0

    @contextlib.contextmanager
    def one(self, name):
        try:
            yield
        except Exception as error:
            self.failed += 1
            print(f"FAIL {name}\n     {type(error).__name__}: {error}", flush=True)
        else:
            self.passed += 1
            print(f"ok   {name}", flush=True)


class Emulator:
    """The emulator on a free port, with the function in it."""

    def __init__(self, emulator, example):
        self.command, self.example = emulator, example
        self.log = pathlib.Path(emulator).with_name("rie.log")

    def __enter__(self):
        environment = {name: value for name, value in os.environ.items() if name != "LIFTGATE_STREAMING"}
        environment["RUST_BACKTRACE"] = "0"
        for _ in range(3):
            front, back = free_ports(2)
            self.url = f"http://127.0.0.1:{front}/2015-03-31/functions/function/invocations"
            arguments = [
                "--runtime-interface-emulator-address", f"127.0.0.1:{front}",
                "--runtime-api-address", f"127.0.0.1:{back}",
                self.example,
            ]
            with self.log.open("wb") as log:
                self.process = subprocess.Popen(
                    [self.command, *arguments], env=environment, stdin=subprocess.DEVNULL,
                    stdout=log, stderr=log, start_new_session=True,
                )
            try:
                if self.listens(front):
                    return self
            except BaseException:
                self.stop()
                raise
            # Somebody else may have taken a port meanwhile.
            self.stop()
        sys.exit(f"the emulator does not start: {self.log.read_text(errors='replace')}")

    def __exit__(self, kind, *_):
        self.stop()
        if kind is not None:
            print(self.log.read_text(errors="replace")[-4000:], file=sys.stderr)

    def listens(self, port):
        until = time.monotonic() + 10
        while time.monotonic() < until and self.process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                return True
            time.sleep(0.05)
        return False

    def stop(self):
        function = self.function()
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)
        if function is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(function, signal.SIGKILL)

    def function(self):
        """The process that the emulator runs the function in."""
        for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                # Past the name, which may hold anything: state, parent.
                parent = stat.read_text().rpartition(")")[2].split()[1]
                if int(parent) == self.process.pid:
                    return int(stat.parent.name)
        return None

    def invoke(self, event):
        is_raw = isinstance(event, bytes)
        payload = event if is_raw else json.dumps(event, separators=(",", ":")).encode()
        request = urllib.request.Request(self.url, payload, {"content-type": "application/json"})
        with opener.open(request, timeout=20) as reply:
            return json.load(reply)


# The emulator is on this machine, whatever proxy the environment names.
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


if __name__ == "__main__":
    sys.exit(main())
