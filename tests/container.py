"""Drives apps behind liftgate-process on the Runtime Interface Emulator: one line for each check.

Usage: container.py TARGET EMULATOR, as tests/container.sh does. What the apps say by themselves goes to
logs in TARGET/container, what they say on the emulator to rie.log beside it.
"""

import json
import os
import pathlib
import sys
import tempfile
import time

from answers import headers, joined, same_bytes
from checks import Checks, ask, end_after, raw, same
from container_apps import JSON, LATIN1
from container_lifted import GATEWAYS, Extension, Local, Supervised, Tests, Wrapper, app_port, reply
from local_gateway import Dev, lines_as_they_come
from third_party_requests import asked

STREAMING = ["rest", "function-url"]
CONTEXT = ["x-amzn-request-context", "x-amzn-lambda-context", "x-amz-tenant-id"]


def main():
    target, emulator = (pathlib.Path(path).resolve() for path in sys.argv[1:3])
    end_after(400)
    # So that sets have one order in each process.
    os.environ["PYTHONHASHSEED"] = "0"
    checks = Checks()
    with tempfile.TemporaryDirectory(dir=target / "container") as scratch:
        tests = Tests(checks, target, emulator, pathlib.Path(scratch))
        flask, fastapi, express, nginx, _ = tests.apps
        for app in tests.apps:
            with checks.one(f"{app.name}, by itself: the statuses of its answers"):
                same({answer.status for _, answer in tests.answered(app)}, app.statuses)
            compare(tests, Supervised(tests, app), GATEWAYS)
            streaming = Supervised(tests, app, AWS_LWA_INVOKE_MODE="response_stream")
            compare(tests, streaming, [*STREAMING, "alb-multi"], STREAMING)
        compare(tests, Supervised(tests, nginx, unix=tests.scratch / "nginx.sock"), ["http", "rest"])
        for app in (flask, express, nginx):
            compare(tests, Extension(tests, app), ["function-url", "alb-multi"])
        for app in (flask, fastapi):
            compare(tests, Wrapper(tests, app), ["http", "rest"])
        context(tests, flask)
        place(tests, flask)
        sizes(tests, flask)
        events(tests, flask)
        stale(tests, fastapi)
        deaths(tests, fastapi, "/kill", "was killed by signal 9", "short of memory")
        deaths(tests, express, "/exit", "exited with status 3", "no license was found")
        replaced(tests, fastapi)
        broken(tests, fastapi)
        gated(tests, fastapi)
        local(tests, flask)
    return checks.end()


def compare(tests, lifted, gateways, streaming=()):
    """The app answers as it does by itself, and ends by itself."""
    app, checks = lifted.app, tests.checks
    how = f"{app.name}, {lifted.how}"
    if lifted.unix:
        how += ", on a socket"
    if streaming:
        how += ", response_stream"
    answered = list(tests.answered(app))
    with lifted:
        for gateway in gateways:
            streams = gateway in streaming
            for request, answer in answered:
                if is_spoilt(gateway, request) or len(answer.body) > GATEWAYS[gateway][2]:
                    continue
                with checks.one(f"{how}, {gateway}: {request}"):
                    response = reply(gateway, lifted.ask(tests.event(gateway, request)), streams)
                    same(response.status, answer.status)
                    same_bytes(response.body, answer.body)
                    expected = joined(gateway, headers(request, answer))
                    # A stream has no length.
                    expected = [pair for pair in expected if not streams or pair[0] != "content-length"]
                    same(headers(request, response), expected)
    with checks.one(f"{how}: it ends by itself on SIGTERM"):
        assert app.farewell in lifted.log.read_text(), lifted.log.read_text()[-1000:]


def is_spoilt(gateway, request):
    """Whether it is another one when the app has it."""
    # Text that is not UTF-8 is refused.
    if gateway in ("alb", "alb-multi") and LATIN1 in request.headers:
        return True
    # Of what comes twice, the last is handed on.
    names = [name for name, _ in request.headers]
    return gateway == "alb" and (len(set(names)) < len(names) or request.target.count("x=") > 1)


def context(tests, flask):
    forged = [(name, "forged") for name in CONTEXT]
    with Supervised(tests, flask) as rie:
        for gateway in GATEWAYS:
            with tests.checks.one(f"{gateway}: the app is told of the invocation, and by nobody else"):
                event = tests.event(gateway, asked("/context", headers=forged))
                seen = json.loads(reply(gateway, rie.ask(event)).body)
                same(json.loads(seen["x-amzn-request-context"]), json.loads(event)["requestContext"])
                told = json.loads(seen["x-amzn-lambda-context"])
                same((len(told["request_id"]), told["env_config"]["function_name"]), (36, "test_function"))
                assert told["deadline"] > 1_700_000_000_000, told
                assert "forged" not in json.dumps(seen) and "x-amz-tenant-id" not in seen, seen


def place(tests, flask):
    """The app knows the host that the client named, and that it came by TLS."""
    with Supervised(tests, flask) as rie:
        for gateway in GATEWAYS:
            with tests.checks.one(f"{gateway}: the app knows its URL"):
                # Lattice says nothing of the scheme.
                scheme = "http" if gateway == "lattice" else "https"
                seen = reply(gateway, rie.ask(tests.event(gateway, asked("/where?page=2"))))
                same(seen.body.decode(), f"{scheme}://files.example.com/where?page=2")


def sizes(tests, flask):
    with Supervised(tests, flask) as rie:
        with tests.checks.one("alb: an answer that is too large is a 502, and the log tells how large it was"):
            response = reply("alb", rie.ask(tests.event("alb", asked("/large"))))
            same(response.status, 502)
            assert "alb takes at most 1048576 bytes" in rie.log.read_text()
            same(reply("alb", rie.ask(tests.event("alb", asked("/")))).status, 200)


def events(tests, flask):
    checks, sqs = tests.checks, raw("sqs")
    with Supervised(tests, flask, AWS_LWA_ERROR_STATUS_CODES="500-599") as rie:
        with checks.one("an event goes to /events, and what the app answers is the result"):
            same(rie.invoke(sqs), {"event": json.loads(sqs), "at": "/events"})
        with checks.one("no client posts to /events"):
            forged = asked("/events", "POST", [JSON], b"{}")
            same(reply("http", rie.ask(tests.event("http", forged))).status, 403)
        with checks.one("AWS_LWA_ERROR_STATUS_CODES: a status fails the invocation, with what the app says"):
            failure = rie.invoke(tests.event("http", asked("/unwell")))
            for part in ("503", "the database is away"):
                assert part in failure["errorMessage"], failure
    with Supervised(tests, flask, LIFTGATE_EVENT_PATHS="sqs=/jobs") as rie:
        with checks.one("LIFTGATE_EVENT_PATHS: an event goes to the path of its source, and others to /events"):
            same(rie.invoke(sqs), {"records": len(json.loads(sqs)["Records"]), "at": "/jobs"})
            same(rie.invoke(raw("schedule"))["at"], "/events")
        with checks.one("LIFTGATE_EVENT_PATHS: no client reaches the path"):
            same(reply("rest", rie.ask(tests.event("rest", asked("/Jobs;a=1/", "POST")))).status, 403)
    with Supervised(tests, flask, AWS_LWA_PASS_THROUGH_PATH="/unwell") as rie:
        with checks.one("AWS_LWA_PASS_THROUGH_PATH: an event that the app refuses fails, with what the app says"):
            failure = rie.invoke(sqs)
            for part in ("503", "the database is away"):
                assert part in failure["errorMessage"], failure


def stale(tests, fastapi):
    """It closes a connection that nobody used for a second."""
    post = next(request for request in fastapi.requests if request.method == "POST")
    with Supervised(tests, fastapi) as rie:
        with tests.checks.one("fastapi: a POST after the connection that was kept was closed"):
            for _ in range(2):
                same(reply("http", rie.ask(tests.event("http", post))).status, 200)
                time.sleep(1.5)


def deaths(tests, app, path, *reasons):
    with Supervised(tests, app) as rie:
        name = f"{app.name}: if it dies in a request, that one fails with the reason, and it is started again"
        with tests.checks.one(name):
            pid = tests.event("http", asked("/pid"))
            before, supervisor = reply("http", rie.ask(pid)).body, rie.function()
            for _ in range(2):
                failure = rie.invoke(tests.event("http", asked(path)))
                for part in reasons:
                    assert part in failure["errorMessage"], failure
                after = reply("http", rie.ask(pid)).body
                assert after != before, after
                before = after
            same(rie.function(), supervisor)


def replaced(tests, fastapi):
    """Where Lambda has started the app, it is Lambda who sees it die, and starts both again."""
    with Extension(tests, fastapi) as rie:
        with tests.checks.one("fastapi, as an extension: if it dies in a request, the environment is another"):
            pid = tests.event("http", asked("/pid"))
            before = reply("http", rie.ask(pid)).body
            same(rie.invoke(tests.event("http", asked("/kill")))["errorType"], "Runtime.ExitError")
            after = reply("http", rie.ask(pid)).body
            assert after != before, after


def broken(tests, fastapi):
    """The app dies in its answer."""
    request = asked("/kill-later")
    with Supervised(tests, fastapi) as rie:
        with tests.checks.one("fastapi: if it dies in its answer, the request fails with the reason"):
            failure = rie.invoke(tests.event("http", request))
            assert "was killed by signal 9" in failure["errorMessage"], failure
            same(reply("http", rie.ask(tests.event("http", asked("/pid")))).status, 200)
    with Supervised(tests, fastapi, AWS_LWA_INVOKE_MODE="response_stream") as rie:
        for gateway in STREAMING:
            name = f"fastapi, {gateway}, streaming: if it dies in its answer, the client has what came before"
            with tests.checks.one(name):
                response = reply(gateway, rie.ask(tests.event(gateway, request)), streams=True)
                same((response.status, response.body), (200, b"line 0\n"))
                assert "was killed by signal 9" in rie.log.read_text()
                pid = rie.ask(tests.event(gateway, asked("/pid")))
                same(reply(gateway, pid, streams=True).status, 200)


def gated(tests, fastapi):
    gate = tests.scratch / "line"
    port = app_port()
    program = [tests.process, "--", *fastapi.command(port)]
    variables = {"AWS_LWA_INVOKE_MODE": "response_stream", "AWS_LWA_PORT": str(port), "GATE": str(gate)}
    for gateway in STREAMING:
        options = ["--gateway", gateway, "--streaming"]
        with Dev(tests.checks, tests.work, tests.liftgate, program, *options, **variables) as dev:
            with tests.checks.one(f"{gateway}, streaming: each line comes before fastapi has the next"):
                response = lines_as_they_come(dev, "/gated", gate)
                same(response.headers["content-type"], "text/event-stream; charset=utf-8")
                same(response.headers.get_all("set-cookie"), ["a=1; Path=/; SameSite=lax", "b=2; Path=/; SameSite=lax"])


def local(tests, flask):
    """Where there is no Lambda, a gateway stands before the app."""
    with Local(tests, flask, LIFTGATE_GATEWAY="lattice") as server:
        for request, answer in tests.answered(flask):
            # A gateway writes UTF-8 into headers, which no client can tell from Latin-1.
            if request.target == "/latin1":
                continue
            with tests.checks.one(f"flask, off Lambda: {request}"):
                actual = ask(server.port, request.target, request.method, request.headers, request.body)
                same(actual.status, answer.status)
                same_bytes(actual.body, answer.body)
                same(headers(request, actual), joined("lattice", headers(request, answer)))
    with tests.checks.one("flask, off Lambda: it ends by itself on SIGTERM"):
        same(server.process.returncode, 0)
        assert flask.farewell in server.log.read_text(), server.log.read_text()[-1000:]


if __name__ == "__main__":
    sys.exit(main())
