"""Drives the examples under `cargo lambda watch`: one line for each check.

Usage: cargo_lambda.py CARGO_LAMBDA, as tests/cargo_lambda.sh does. What it and the functions say
goes to a log for each of them, beside it.
"""

import base64
import concurrent.futures
import contextlib
import gzip
import http.client
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from checks import Checks, Response, Server, ask, end_after, free_ports, load, raw, same, sees, to

ROOT = pathlib.Path(__file__).resolve().parent.parent
IP = "203.0.113.7"
BINARY = bytes(range(256)) * 12
COOKIES = "a=1; b=2"

# What the app sees of a browser's GET.
BROWSER = {
    "method": "GET", "path": "/anything/hello", "query": "lang=en&page=2&q=caf%C3%A9%20au%20lait",
    "body": b"", "client_ip": IP,
}
# Events of which the app tells what it saw: fixture, gateway, and the answer of /anything.
SEEN = [
    ("get_http_api", "http_api", BROWSER | {"stage": "$default"}),
    ("get_rest_api", "rest_api", BROWSER | {"stage": "prod"}),
    ("get_function_url", "function_url", BROWSER | {"stage": "$default"}),
    ("get_alb", "alb", BROWSER | {"stage": None}),
    ("websocket_message", "websocket", {
        "method": "POST", "path": "/sendMessage", "query": None,
        "body": '{"action":"sendMessage","text":"grüße"}'.encode(), "client_ip": IP, "stage": "prod",
    }),
]


def main():
    cargo_lambda = os.path.abspath(sys.argv[1])
    end_after(300)
    checks = Checks()
    with Watch(checks, cargo_lambda, "example-hello") as watch:
        hello(checks, watch)
    with Watch(checks, cargo_lambda, "example-httpbin") as watch:
        events(checks, watch)
        requests(checks, watch)
        answers(checks, watch)
        failures(checks, watch)
    with Watch(checks, cargo_lambda, "example-httpbin", LIFTGATE_STREAMING="1") as watch:
        streaming(checks, watch)
    return checks.end()


def hello(checks, watch):
    for path in ("/", ""):
        with checks.one(f"example-hello: GET /lambda-url/example-hello{path}"):
            response = watch.ask(path)
            same((response.status, response.body), (200, b"hello world"))
            same(response.values("content-type"), ["text/plain; charset=utf-8"])
    with checks.one("example-hello: what it has no route for is 404"):
        same(watch.ask("/nothing").status, 404)
    with checks.one("example-hello: cargo lambda invoke"):
        reply = Response("http_api", watch.invoke(to(load("get_http_api"), "/")))
        same((reply.status, reply.body), (200, b"hello world"))


def events(checks, watch):
    """What `cargo lambda invoke` sends, and what it prints."""
    for fixture, gateway, expected in SEEN:
        with checks.one(f"{fixture}: the app sees the request, and the gateway its reply"):
            reply = Response(gateway, watch.invoke(raw(fixture)))
            same(reply.status, 200)
            sees(json.loads(reply.body), load(fixture), gateway, expected)
    with checks.one("sqs: the event is the body, and the answer the result"):
        seen = watch.invoke(raw("sqs"))
        same((seen["source"], seen["uri"]), ("pass_through", "/anything/event"))
        same(json.loads(base64.b64decode(seen["body_base64"])), load("sqs"))


def requests(checks, watch):
    """Plain HTTP, of which `cargo lambda watch` makes an event of format 2.0."""
    with checks.one("a GET: the app sees the request"):
        headers = [("x-tag", "one"), ("x-tag", "two"), ("x-utf8", "café"), ("cookie", COOKIES)]
        response = watch.ask("/anything/a?x=1&x=2&plus=a+b&space=a%20b&empty=", headers=headers)
        same(response.status, 200)
        same(response.values("content-type"), ["application/json"])
        seen = json.loads(response.body)
        query = "x=1&x=2&plus=a+b&space=a%20b&empty="
        same((seen["method"], seen["path"], seen["query"]), ("GET", "/anything/a", query))
        same(seen["uri"], f"/anything/a?{query}")
        same((seen["client_ip"], seen["stage"], seen["body_base64"]), ("127.0.0.1", "$default", ""))
        # Of a header's values, cargo lambda puts the first into the event; and an id of its own.
        same([header for header in seen["headers"] if not header[0].startswith("lambda-")], [
            ["cookie", COOKIES], ["host", f"127.0.0.1:{watch.port}"],
            ["x-tag", "one"], ["x-utf8", "café"],
        ])
    with checks.one("a path with escapes: is encoded once more"):
        # cargo lambda leaves the path as the client wrote it, as a function URL does; but its
        # event is that of an HTTP API, which would have decoded the path.
        seen = json.loads(watch.ask("/anything/a%20b").body)
        same((seen["source"], seen["path"]), ("http_api", "/anything/a%2520b"))
    with checks.one("a POST of bytes: arrives, and comes back"):
        headers = [("content-type", "application/octet-stream")]
        seen = json.loads(watch.ask("/anything", "POST", headers, BINARY).body)
        same(seen["method"], "POST")
        same(base64.b64decode(seen["body_base64"]), BINARY)
        assert ["content-length", str(len(BINARY))] in seen["headers"], seen["headers"]
        response = watch.ask("/echo", "POST", headers, BINARY)
        same((response.status, response.body), (200, BINARY))
        same(response.values("content-type"), ["application/octet-stream"])
    with checks.one("a PUT of JSON: arrives, and comes back"):
        body = '{"name":"Zoë","note":"a \\"quoted\\" line\\n"}'.encode()
        response = watch.ask("/echo", "PUT", [("content-type", "application/json")], body)
        same((response.status, response.body), (200, body))
    with checks.one("requests at the same time: are all answered"):
        with concurrent.futures.ThreadPoolExecutor() as pool:
            answered = pool.map(lambda ms: watch.ask(f"/delay/{ms}").body, range(10, 50, 10))
            same(list(answered), [f"{ms} ms\n".encode() for ms in range(10, 50, 10)])


def answers(checks, watch):
    with checks.one("two cookies are two"):
        same(watch.ask("/cookies/set?a=1&b=2").values("set-cookie"), ["a=1", "b=2"])
    with checks.one("statuses are the app's"):
        statuses = [201, 204, 304, 404, 418, 503]
        responses = [watch.ask(f"/status/{status}", "DELETE") for status in statuses]
        same([(each.status, each.body) for each in responses], [(status, b"") for status in statuses])
    with checks.one("a redirect says where"):
        response = watch.ask("/redirect/1")
        same((response.status, response.values("location")), (302, ["/redirect/0"]))
    with checks.one("two values of a header are joined"):
        same(watch.ask("/response-headers?x-a=1&x-a=2").values("x-a"), ["1, 2"])
    with checks.one("HEAD has the length and no body"):
        response = watch.ask("/head-with-length", "HEAD")
        same((response.status, response.body), (200, b""))
        same(response.values("content-length"), ["1234"])
    with checks.one("text in Latin-1, a byte order mark, an image and gzip come as they are"):
        same(watch.ask("/latin1").body, b"caf\xe9")
        same(watch.ask("/bom").body, b"\xef\xbb\xbfThis text begins with a byte order mark.\n")
        same(watch.ask("/png").body[:8], b"\x89PNG\r\n\x1a\n")
        response = watch.ask("/gzip")
        same(response.values("content-encoding"), ["gzip"])
        same(gzip.decompress(response.body), b"This text was compressed.\n")
    with checks.one("4 MB of bytes come as they are"):
        bytes_are(watch.ask("/bytes/4000000?seed=7").body, 4_000_000, 7)


def failures(checks, watch):
    get = load("get_http_api")
    cases = [
        ("/panic", to(get, "/panic"), "Liftgate.Panic", "the service panicked: /panic was asked for"),
        ("/error", to(get, "/error"), "Liftgate.ServiceError", "the service failed: /error was asked for"),
        ("/body-error", to(get, "/body-error"), "Liftgate.BodyError", "/body-error was asked for"),
        ("a malformed header", raw("malformed_header"), "Liftgate.InvalidEvent", "headers.x-count: "),
        ("a malformed body", raw("malformed_base64"), "Liftgate.InvalidEvent", "body: not base64: "),
        ("no JSON", b'{"version":"2.0",', "Liftgate.InvalidEvent", "it ends too early (byte 17)"),
    ]
    for name, event, kind, message in cases:
        with checks.one(f"{name}: fails as {kind}, and the same process serves the next event"):
            with serves_on(watch):
                error = watch.invocation(event)
                assert error.returncode == 1, error
                same(error.stdout, "")
                # It is printed in a box, whose lines are broken to its width.
                text = re.sub(r"[\s│]+", " ", error.stderr)
                assert f"Error: {kind} × " in text and message in text, error.stderr
    for path, kind in [("/panic", "Liftgate.Panic"), ("/error", "Liftgate.ServiceError")]:
        with checks.one(f"GET {path}: is 500 {kind}, and the same process serves the next request"):
            with serves_on(watch):
                response = watch.ask(path)
                same((response.status, json.loads(response.body)["errorType"]), (500, kind))


def streaming(checks, watch):
    """With `Options::streaming`: what comes as an HTTP API's event is answered as a whole."""
    with checks.one("streaming: chunks over HTTP come, as one"):
        response = watch.ask("/stream/5?ms=10")
        same((response.status, response.body), (200, b"".join(b"chunk %d\n" % n for n in range(5))))
    with checks.one("streaming: 100000 bytes over HTTP come as they are"):
        bytes_are(watch.ask("/bytes/100000").body, 100_000, 0)
    with checks.one("streaming: cookies, a status and HEAD over HTTP"):
        same(watch.ask("/cookies/set?a=1&b=2").values("set-cookie"), ["a=1", "b=2"])
        same(watch.ask("/status/404").status, 404)
        response = watch.ask("/head-with-length", "HEAD")
        same((response.values("content-length"), response.body), (["1234"], b""))
    with checks.one("streaming: get_http_api has a buffered reply"):
        same(Response("http_api", watch.invoke(raw("get_http_api"))).status, 200)
    # What `cargo lambda invoke` prints of a stream is its body.
    streams = {
        "/stream/5": "".join(f"chunk {n}\n" for n in range(5)),
        "/text/100": "".join(map(chr, range(32, 127))) + " !\"#$",
        # The error comes in trailers, which cargo lambda passes over.
        "/body-error": "The first chunk, and no second.\n",
    }
    for path, expected in streams.items():
        with checks.one(f"streaming: a function URL's {path} is a stream, and the same process serves on"):
            with serves_on(watch):
                done = watch.invocation(to(load("get_function_url"), path))
                same((done.returncode, done.stdout), (0, expected + "\n"))
    with checks.one("streaming: /panic fails as Liftgate.Panic, and the same process serves on"):
        with serves_on(watch):
            error = watch.invocation(to(load("get_function_url"), "/panic"))
            assert error.returncode == 1 and "Error: Liftgate.Panic" in error.stderr, error


@contextlib.contextmanager
def serves_on(watch):
    """The process is the same before and after, and serves both ways."""
    before = watch.function()
    assert before is not None, "the function does not run"
    yield
    same(Response("http_api", watch.invoke(raw("get_http_api"))).status, 200)
    same(watch.ask("/status/201").status, 201)
    same(watch.function(), before)


def bytes_are(actual, count, seed):
    """The bytes of /bytes are SplitMix64's."""
    same(len(actual), count)
    mask, state, expected = (1 << 64) - 1, seed, bytearray()
    # Enough of them to know them by.
    for _ in range(0, min(count, 200_000), 8):
        state = state + 0x9E3779B97F4A7C15 & mask
        word = state
        word = (word ^ word >> 30) * 0xBF58476D1CE4E5B9 & mask
        word = (word ^ word >> 27) * 0x94D049BB133111EB & mask
        expected += (word ^ word >> 31).to_bytes(8, "little")
    assert actual.startswith(expected[:count]), "the bytes are others"


class Watch(Server):
    """`cargo lambda watch`, with one function, under the function's name."""

    def __init__(self, checks, cargo_lambda, name, **variables):
        streams = "-streaming" if variables else ""
        log = os.path.join(os.path.dirname(cargo_lambda), f"{name}{streams}.log")
        super().__init__(checks, log, **variables)
        self.cargo_lambda, self.name = cargo_lambda, name

    def command(self):
        [self.port] = free_ports(1)
        # It runs the function by cargo, at the first request. Frozen: there is nothing to fetch.
        return [
            self.cargo_lambda, "lambda", "watch", "--ignore-changes", "--disable-cors",
            "--invoke-address", "127.0.0.1", "--invoke-port", str(self.port),
            "--frozen", "--manifest-path", str(ROOT / "Cargo.toml"), "--package", self.name,
        ]

    def listens(self):
        if not super().listens():
            return False
        try:
            self.ask("/", timeout=100)
        except (OSError, http.client.HTTPException) as error:
            log = self.log.read_text(errors="replace")
            raise SystemExit(f"{self.name} does not start: {error}\n{log}") from error
        return True

    def ask(self, target, method="GET", headers=(), body=None, timeout=20):
        return ask(self.port, f"/lambda-url/{self.name}{target}", method, headers, body, timeout)

    def invoke(self, event):
        invocation = self.invocation(event)
        assert invocation.returncode == 0, invocation
        return json.loads(invocation.stdout)

    def invocation(self, event):
        event = event if isinstance(event, bytes) else json.dumps(event).encode()
        with tempfile.NamedTemporaryFile(dir=self.log.parent, suffix=".json") as file:
            file.write(event)
            file.flush()
            return subprocess.run(
                [
                    self.cargo_lambda, "lambda", "invoke", self.name, "--data-file", file.name,
                    "--invoke-address", "127.0.0.1", "--invoke-port", str(self.port),
                ],
                env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=20,
                encoding="utf-8",
            )


if __name__ == "__main__":
    sys.exit(main())
