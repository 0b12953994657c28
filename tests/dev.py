"""Drives programs behind `liftgate dev`, and by `invoke` and `replay`: one line for each check.

Usage: dev.py TARGET VENV [WRK], as tests/dev.sh does. What liftgate and the programs say goes to
TARGET/dev/dev.log.
"""

import base64
import concurrent.futures
import contextlib
import http.client
import json
import pathlib
import signal
import sys
import tempfile
import time

import load
from checks import EVENTS, Checks, Server, descendants, end_after, raw, same
from local_gateway import PROGRAMS, Dev, lines_as_they_come, run

BINARY = bytes(range(256)) * 12
TEXT = '{"name":"Zoë","note":"a \\"quoted\\" line\\n"}'.encode()
OCTETS = [("content-type", "application/octet-stream")]
JSON = [("content-type", "application/json")]
QUERY = "x=1&x=2&q=caf%C3%A9"

# Each gateway: its options, what its URLs begin with, what a handler sees of QUERY and of a header
# with two values, and what the gateway answers if the function fails.
REST = ["--stage", "prod", "--binary-media-type", "*/*"]
ARRAYS = ({"x": ["1", "2"], "q": ["café"]}, ["one", "two"])
GATEWAYS = {
    "http": ([], "", (QUERY, "one,two"), (500, '{"message":"Internal Server Error"}')),
    "http-v1": ([], "", ARRAYS, (500, '{"message":"Internal Server Error"}')),
    "rest": (REST, "/prod", ARRAYS, (502, '{"message": "Internal server error"}')),
    "function-url": ([], "", (QUERY, "one,two"), (502, "Internal Server Error")),
    "alb": ([], "", ({"x": "2", "q": "caf%C3%A9"}, "two"), (502, "<h1>502 Bad Gateway</h1>")),
    "alb-multi": (
        [], "", ({"x": ["1", "2"], "q": ["caf%C3%A9"]}, ["one", "two"]),
        (502, "<h1>502 Bad Gateway</h1>"),
    ),
}
# Those that apps on lambda_http are behind.
RUST = ["http", "rest", "function-url", "alb"]


def main():
    target, venv = (pathlib.Path(path).resolve() for path in sys.argv[1:3])
    wrk = "".join(sys.argv[3:])
    end_after(600)
    checks = Checks()
    with tempfile.TemporaryDirectory(dir=target / "dev") as scratch:
        tests = Tests(checks, target, venv, pathlib.Path(scratch))
        for gateway in GATEWAYS:
            python(tests, gateway)
        results(tests)
        environments(tests)
        failures(tests)
        timeout(tests)
        shutdown(tests)
        for gateway in RUST:
            rust(tests, gateway)
        streams(tests)
        invoke(tests)
        replay(tests)
        if wrk:
            load.load(checks, target, wrk, tests.scratch)
    return checks.end()


class Tests:
    """Where the programs are that are tested, and with what."""

    def __init__(self, checks, target, venv, scratch):
        self.checks, self.scratch = checks, scratch
        self.logs, debug = target / "dev", target / "debug"
        self.liftgate = debug / "liftgate"
        self.interpreter = venv / "bin" / "python"
        self.python = [self.interpreter, "-B", "-m", "awslambdaric", "handler.handler"]
        names = ("echo", "axum", "stream")
        self.echo, self.axum, self.stream = ([debug / f"bench-lambda-http-{name}"] for name in names)
        # Lambda sets both the variable and the argument; awslambdaric goes by the argument.
        self.handler = ["--env", "_HANDLER=handler.handler", "--env", f"PYTHONPATH={PROGRAMS}"]

    def dev(self, gateway, program, *options, **variables):
        arguments = [self.checks, self.logs, self.liftgate, program, "--gateway", gateway]
        return Dev(*arguments, *options, **variables)

    def dev_python(self, gateway, *options, **variables):
        return self.dev(gateway, self.python, *self.handler, *options, **variables)

    def run(self, *arguments):
        environment = Server(self.checks, self.logs / "dev.log").environment
        return run([self.liftgate, *arguments], environment)


def python(tests, gateway):
    checks = tests.checks
    options, prefix, (query, tag), (status, page) = GATEWAYS[gateway]
    with tests.dev_python(gateway, *options) as dev:
        with checks.one(f"{gateway}: the handler sees a GET"):
            headers = [("x-tag", "one"), ("x-tag", "two"), ("x-utf8", "café"), ("cookie", "a=1; b=2")]
            answer = dev.ask(f"{prefix}/anything/hello?{QUERY}", headers=headers)
            same((answer.status, answer.values("content-type")), (200, ["application/json"]))
            seen = json.loads(answer.body)
            same([seen[name] for name in ("method", "path")], ["GET", "/anything/hello"])
            same((seen["query"], seen["headers"]["x-tag"]), (query, tag))
            if gateway in ("http", "function-url"):
                same(seen["cookies"], ["a=1", "b=2"])
            else:
                assert seen["headers"]["cookie"] in ("a=1; b=2", ["a=1; b=2"]), seen
            same((seen["body_base64"], seen["has_time"]), ("", True))
            same((seen["function"], seen["handler"]), ("local", "handler.handler"))
        with checks.one(f"{gateway}: two cookies are two"):
            same(dev.ask(f"{prefix}/cookies").values("set-cookie"), ["a=1; Path=/", "b=2"])
        with checks.one(f"{gateway}: JSON arrives as it is"):
            seen = json.loads(dev.ask(f"{prefix}/text", "PUT", JSON, TEXT).body)
            same(base64.b64decode(seen["body_base64"]), TEXT)
            same((seen["method"], seen["is_base64"]), ("PUT", gateway == "rest"))
        with checks.one(f"{gateway}: bytes arrive, and come back"):
            accept = [("accept", "application/octet-stream")]
            answer = dev.ask(f"{prefix}/binary", "POST", OCTETS + accept, BINARY)
            same((answer.status, answer.values("content-type")), (200, ["application/octet-stream"]))
            same(answer.body, BINARY)
        with checks.one(f"{gateway}: if the handler raises, the gateway answers, and tells why"):
            answer = dev.ask(f"{prefix}/raise")
            same(answer.status, status)
            assert page in answer.body.decode(), answer.body
            told = dev.wait(type="request", uri=f"{prefix}/raise")
            same((told["status"], told["failure"]), (status, "ValueError: /raise was asked for"))
        with checks.one(f"{gateway}: what the handler logs has the request's id"):
            seen = json.loads(dev.ask(f"{prefix}/logs").body)
            request = dev.wait(type="request", uri=f"{prefix}/logs")
            same(request["request_id"], seen["request_id"])
            logs = dev.lines(type="log", request_id=request["request_id"])
            same([(line["stream"], line["environment"]) for line in logs], [("stdout", 1)] * 2)
            same(logs[0]["line"], "printed: /logs")
            assert logs[1]["line"].startswith("[INFO]\t"), logs
            assert logs[1]["line"].endswith(f"\t{seen['request_id']}\tlogged: /logs"), logs
        with checks.one(f"{gateway}: one environment did it all"):
            same(len(dev.lines(type="environment", environment=1, event="ready")), 1)
            same(len(dev.lines(type="environment")), 1)
            # It was started for nobody.
            same({line["init_ms"] for line in dev.lines(type="request")}, {None})


def results(tests):
    """A result that is no reply is JSON to payload 2.0, and nothing to other gateways."""
    for gateway, options, expected in [
        ("function-url", [], (200, b'{"hello": "world"}')),
        ("rest", ["--stage", "prod"], (502, b'{"message": "Internal server error"}')),
    ]:
        with tests.dev_python(gateway, *options) as dev:
            with tests.checks.one(f"{gateway}: a result that is no reply"):
                prefix = "/prod" if gateway == "rest" else ""
                answer = dev.ask(f"{prefix}/plain")
                same((answer.status, answer.body), expected)


def environments(tests):
    gate = tests.scratch / "environments"
    with tests.dev_python("http", "--environments", "3", GATE=str(gate)) as dev:
        with tests.checks.one("requests at the same time have an environment each, up to the limit"):
            with concurrent.futures.ThreadPoolExecutor() as pool:
                waiting = [pool.submit(dev.ask, "/gate") for _ in range(3)]
                try:
                    dev.wait(count=3, type="log", line="printed: /gate")
                    same(dev.ask("/more").status, 503)
                finally:
                    gate.touch()
                same([answer.result().status for answer in waiting], [200] * 3)
            logs = dev.lines(type="log", line="printed: /gate")
            same({line["environment"] for line in logs}, {1, 2, 3})
            refused = dev.wait(type="request", uri="/more")
            same(refused["failure"], "3 environments, which is the limit, and none is free")
        with tests.checks.one("the request that an environment was started for tells so, and no other"):
            dev.wait(count=3, type="request", uri="/gate")
            for _ in range(3):
                same(dev.ask("/gate").status, 200)
            dev.wait(count=6, type="request", uri="/gate")
            requests = dev.lines(type="request", uri="/gate")
            same(sum(line["init_ms"] is not None for line in requests), 2)
            same({line["init_ms"] for line in requests[3:]}, {None})
            ready = dev.lines(type="environment", event="ready")
            same(sorted(line["environment"] for line in ready), [1, 2, 3])
            assert all(line["after_ms"] > 0 for line in ready), ready
    gate = tests.scratch / "concurrency"
    limits = ["--environments", "1", "--concurrency", "2"]
    with tests.dev_python("http", *limits, GATE=str(gate)) as dev:
        with tests.checks.one("requests at the same time share an environment that takes several"):
            with concurrent.futures.ThreadPoolExecutor() as pool:
                waiting = [pool.submit(dev.ask, "/gate") for _ in range(2)]
                try:
                    dev.wait(count=2, type="log", line="printed: /gate", environment=1)
                    same(dev.ask("/more").status, 503)
                finally:
                    gate.touch()
                same([answer.result().status for answer in waiting], [200] * 2)


def failures(tests):
    with tests.dev_python("http") as dev:
        with tests.checks.one("a process that exits fails its request, and another one takes the next"):
            same(dev.ask("/exit").status, 500)
            told = dev.wait(type="request", uri="/exit")
            same(told["failure"], "Runtime exited with error: exit status 3")
            ended = dev.wait(type="environment", event="ended")
            same((ended["environment"], ended["reason"]), (1, "exited"))
            same(dev.ask("/next").status, 200)
            same(dev.wait(type="log", line="printed: /next")["environment"], 2)
            assert dev.wait(type="request", uri="/next")["init_ms"] > 0
    nowhere = [tests.interpreter, "-B", "-m", "awslambdaric", "nowhere.handler"]
    with tests.dev("rest", nowhere) as dev:
        with tests.checks.one("a handler that is not there fails each request with the reason"):
            reason = "Runtime.ImportModuleError: Unable to import module 'nowhere': No module named 'nowhere'"
            ended = dev.wait(type="environment", event="ended")
            same((ended["reason"], ended["message"]), ("cannot-start", f"cannot start: {reason}"))
            same(dev.ask("/hello").status, 502)
            same(dev.wait(type="request", uri="/hello")["failure"], reason)


def timeout(tests):
    never = tests.scratch / "never"
    with tests.dev_python("http", "--function-timeout", "2", GATE=str(never)) as dev:
        with tests.checks.one("a request past the function's timeout ends its environment, and another one takes the next"):
            # Another client, meanwhile, is none the worse.
            with concurrent.futures.ThreadPoolExecutor() as pool:
                late = pool.submit(dev.ask, "/gate")
                dev.wait(type="log", line="printed: /gate")
                [process] = descendants(dev.process.pid)
                same(dev.ask("/meanwhile").status, 200)
                same(late.result().status, 500)
            told = dev.wait(type="request", uri="/gate")
            reason = "Task timed out after 2.00 seconds"
            same(told["failure"], f"{told['request_id']} {reason}")
            ended = dev.wait(type="environment", event="ended")
            same((ended["environment"], ended["reason"]), (1, "timed-out"))
            gone([process])
            same(dev.ask("/next").status, 200)
            same(dev.wait(type="log", line="printed: /next")["environment"], 2)


def shutdown(tests):
    never = tests.scratch / "never"
    # Many a program is started by a script that waits for it.
    shell = ["sh", "-c", '"$@"; exit', "sh", *tests.python]
    for name, program in [("a program", tests.python), ("a program and its own children", shell)]:
        with tests.dev("http", program, *tests.handler, GATE=str(never)) as dev:
            with tests.checks.one(f"at SIGINT, {name} end, busy or not"):
                with concurrent.futures.ThreadPoolExecutor() as pool:
                    broken = pool.submit(dev.ask, "/gate")
                    dev.wait(type="log", line="printed: /gate")
                    same(dev.ask("/hello").status, 200)
                    processes = descendants(dev.process.pid)
                    same(len(processes), 4 if program is shell else 2)
                    dev.process.send_signal(signal.SIGINT)
                    same(dev.process.wait(10), 0)
                    with contextlib.suppress(OSError, http.client.HTTPException):
                        raise AssertionError(f"it was answered {broken.result().status}")
                gone(processes)
                ended = dev.lines(type="environment", event="ended")
                same([line["reason"] for line in ended], ["stopped"] * 2)


def gone(processes):
    until = time.monotonic() + 5
    while alive := [process for process in processes if is_alive(process)]:
        assert time.monotonic() < until, f"{alive} are still there"
        time.sleep(0.01)


def is_alive(process):
    try:
        stat = pathlib.Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    # What nobody has waited for is gone all the same.
    return stat.rpartition(")")[2].split()[0] != "Z"


def rust(tests, gateway):
    """Apps on lambda_http."""
    options, prefix, _, _ = GATEWAYS[gateway]
    # lambda_http puts the stage of a REST API into the path.
    variables = ["--env", "AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH=1"]
    with tests.dev(gateway, tests.echo, *options) as dev:
        with tests.checks.one(f"{gateway}, lambda_http: JSON and bytes come back, and so does nothing"):
            for headers, body in [(JSON, TEXT), (OCTETS, BINARY), (OCTETS, b"")]:
                answer = dev.ask(f"{prefix}/echo", "POST", headers, body)
                same((answer.status, answer.body), (200, body))
                same(answer.values("content-type"), [headers[0][1]])
            answer = dev.ask(f"{prefix}/")
            same((answer.status, answer.body), (200, b""))
    with tests.dev(gateway, tests.axum, *variables, *options) as dev:
        with tests.checks.one(f"{gateway}, axum on lambda_http: its routes are found, and no others"):
            answer = dev.ask(f"{prefix}/anything/hello?{QUERY}")
            same((answer.status, answer.body), (200, b"hello world"))
            same(answer.values("content-type"), ["text/plain; charset=utf-8"])
            same(dev.ask(f"{prefix}/anything/hello", "POST", JSON, TEXT).status, 405)
            same(dev.ask(f"{prefix}/anything/else").status, 404)


def streams(tests):
    streaming = ["--streaming"]
    with tests.dev("function-url", tests.stream, *streaming) as dev:
        with tests.checks.one("lambda_http streams to a function URL"):
            answer = dev.ask("/")
            same((answer.status, answer.body), (200, b"x" * 1024))
            same(answer.values("transfer-encoding"), ["chunked"])
    gate = tests.scratch / "line"
    program = [tests.interpreter, "-B", PROGRAMS / "stream.py"]
    for gateway, options in [("function-url", streaming), ("rest", streaming)]:
        with tests.dev(gateway, program, *options, GATE=str(gate)) as dev:
            with tests.checks.one(f"{gateway}, streaming: head and lines come before the program has the next"):
                response = lines_as_they_come(dev, "/lines", gate)
                same((response.status, response.headers["content-type"]), (201, "text/plain"))
                same(response.headers.get_all("set-cookie"), ["a=1", "b=2"])


def invoke(tests):
    checks = tests.checks
    python = [*tests.handler, "--", *tests.python]
    for fixture, gateway in [("post_json_http_api", "http_api"), ("get_rest_api", "rest_api")]:
        with checks.one(f"invoke {fixture}: the handler's reply, and nothing else"):
            done = tests.run("invoke", EVENTS / f"{fixture}.json", *python)
            same(done.returncode, 0)
            reply = json.loads(done.stdout)
            event = json.loads(raw(fixture))
            same(json.loads(reply["body"])["path"], event.get("rawPath") or event["path"])
            assert b"printed: /" in done.stderr, done.stderr
    with checks.one("invoke: what the handler raises is the error that Lambda tells"):
        event = json.loads(raw("get_http_api")) | {"rawPath": "/raise"}
        file = tests.scratch / "event.json"
        file.write_text(json.dumps(event))
        done = tests.run("invoke", file, *python)
        same(done.returncode, 1)
        error = json.loads(done.stdout)
        same((error["errorType"], error["errorMessage"]), ("ValueError", "/raise was asked for"))
        assert b"error: ValueError: /raise was asked for" in done.stderr, done.stderr
    with checks.one("invoke post_json_http_api: lambda_http's reply"):
        done = tests.run("invoke", EVENTS / "post_json_http_api.json", "--", *tests.echo)
        same(done.returncode, 0)
        reply = json.loads(done.stdout)
        same((reply["statusCode"], reply["isBase64Encoded"]), (200, False))
        same(reply["body"], json.loads(raw("post_json_http_api"))["body"])
    with checks.one("invoke --streaming get_function_url: a stream, prelude and all"):
        event = EVENTS / "get_function_url.json"
        done = tests.run("invoke", "--streaming", event, "--", *tests.stream)
        prelude, nuls, body = done.stdout.partition(bytes(8))
        same((json.loads(prelude)["statusCode"], nuls, body), (200, bytes(8), b"x" * 1024))


def replay(tests):
    checks = tests.checks
    python = [*tests.handler, "--", *tests.python]
    record = tests.scratch / "python"
    with tests.dev_python("rest", *REST, "--record", record) as dev:
        dev.ask(f"/prod/hello?{QUERY}")
        dev.ask("/prod/binary", "POST", OCTETS + [("accept", "*/*")], BINARY)
        dev.ask("/prod/raise")
        dev.wait(count=3, type="request")
    with checks.one("replay: the same handler differs in the ids of requests, and in nothing else"):
        done, lines = replayed(tests, record, *python)
        same([line["file"][:-5] for line in lines[:-1]], ["000001-GET-prod-hello", "000002-POST-prod-binary", "000003-GET-prod-raise"])
        paths = [each["path"] for line in lines[:-1] for each in line["differences"]]
        same((done.returncode, paths), (1, ["/body/request_id"]))
        same(lines[-1], {"type": "end", "replayed": 3, "different": 1})
    with checks.one("replay --ignore: the same handler differs in nothing"):
        done, lines = replayed(tests, record, "--ignore", "/body/request_id", *python)
        same((done.returncode, lines[-1]["different"]), (0, 0))
    record = tests.scratch / "rust"
    with tests.dev("http", tests.echo, "--record", record) as dev:
        dev.ask("/anything/hello")
        dev.ask("/anything/hello", "POST", JSON, TEXT)
        dev.wait(count=2, type="request")
    with checks.one("replay: the same app on lambda_http differs in nothing, and another one does"):
        done, lines = replayed(tests, record, "--", *tests.echo)
        same((done.returncode, lines[-1]["different"]), (0, 0))
        done, lines = replayed(tests, record, "--", *tests.axum)
        same((done.returncode, lines[-1]["different"]), (1, 2))
        first, second, _ = lines
        body = {"path": "/body", "recorded": None, "replayed": "hello world"}
        assert body in first["differences"], first
        status = {"path": "/statusCode", "recorded": 200, "replayed": 405}
        assert status in second["differences"], second
    record = tests.scratch / "stream"
    with tests.dev("function-url", tests.stream, "--streaming", "--record", record) as dev:
        dev.ask("/")
        dev.wait(type="request")
    with checks.one("replay: a stream is compared as a whole"):
        done, _ = replayed(tests, record, "--", *tests.stream)
        same(done.returncode, 0)
        done, lines = replayed(tests, record, "--", *tests.echo)
        same(done.returncode, 1)
        body = {"path": "/body", "recorded": "x" * 1024, "replayed": None}
        assert body in lines[0]["differences"], lines


def replayed(tests, record, *arguments):
    done = tests.run("replay", "--json", record, *arguments)
    return done, [json.loads(line) for line in done.stdout.splitlines()]


if __name__ == "__main__":
    sys.exit(main())
