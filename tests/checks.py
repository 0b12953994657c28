"""What the checks of rie.py, cargo_lambda.py, dev.py, third_party.py and container.py share: a program on
this machine that events and requests are sent to, and what a gateway makes of the replies.
"""

import base64
import contextlib
import copy
import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

FIXTURES = pathlib.Path(__file__).parent / "fixtures"
# The events that `liftgate bench` has as well.
EVENTS = FIXTURES.parent.parent / "cli" / "events"
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

    def end(self):
        """The closing line, and the exit code."""
        print(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed else 0


class Server:
    """A program on a free port, which runs the function. If a check fails, its log is shown."""

    def __init__(self, checks, log, **variables):
        self.checks, self.log = checks, pathlib.Path(log)
        # No proxy leads to this machine, and what is set for AWS is not for this function.
        self.environment = {
            name: value for name, value in os.environ.items()
            if not name.upper().endswith("_PROXY") and not name.startswith(("AWS_", "LIFTGATE_"))
        }
        self.environment |= {"RUST_BACKTRACE": "0"} | variables

    def command(self):
        """Chooses a port, and says what to run."""
        raise NotImplementedError

    def __enter__(self):
        self.failed_before = self.checks.failed
        for _ in range(3):
            command = self.command()
            with self.log.open("wb") as log:
                self.process = subprocess.Popen(
                    command, env=self.environment, stdin=subprocess.DEVNULL,
                    stdout=log, stderr=log, start_new_session=True,
                )
            try:
                if self.listens():
                    return self
            except BaseException:
                self.stop()
                raise
            # Somebody else may have taken the port meanwhile.
            self.stop()
        sys.exit(f"{command[0]} does not start: {self.log.read_text(errors='replace')}")

    def __exit__(self, kind, *_):
        self.stop()
        if kind is not None or self.checks.failed > self.failed_before:
            print(self.log.read_text(errors="replace")[-4000:], file=sys.stderr)

    def listens(self):
        until = time.monotonic() + 10
        while time.monotonic() < until and self.process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return True
            time.sleep(0.05)
        return False

    def stop(self):
        started = descendants(self.process.pid)
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)
        # Some lead process groups of their own.
        for process in started:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    def function(self):
        """The process that the function runs in."""
        return next(iter(children(self.process.pid)), None)


class Response:
    """What the gateway makes of a reply, which has to have the gateway's own shape."""

    def __init__(self, gateway, reply):
        assert isinstance(reply, dict) and "errorType" not in reply, f"the reply is {reply!r}"
        members = MEMBERS[gateway] | {"statusCode", "body", "isBase64Encoded"}
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


class Answer:
    """A response over HTTP."""

    def __init__(self, response):
        self.status, self.headers, self.body = response.status, response.getheaders(), response.read()

    def values(self, wanted):
        return [value for name, value in self.headers if name.lower() == wanted]


def ask(port, target, method="GET", headers=(), body=None, timeout=20):
    """The answer to a request with these headers, and no others but for its host and length."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    has_host = any(name == "host" for name, _ in headers)
    with contextlib.closing(connection):
        connection.putrequest(method, target, skip_host=has_host, skip_accept_encoding=True)
        for name, value in headers:
            connection.putheader(name, value.encode())
        if body is not None:
            connection.putheader("content-length", str(len(body)))
        connection.endheaders(body)
        return Answer(connection.getresponse())


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
    files = [directory / f"{fixture}.json" for directory in (FIXTURES, EVENTS)]
    return next(file for file in files if file.exists()).read_bytes()


def load(fixture):
    return json.loads(raw(fixture))


def same(actual, expected):
    assert actual == expected, f"{actual!r}\n     is not {expected!r}"


def children(parent):
    found = []
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # Past the name, which may hold anything: state, parent.
            if int(stat.read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(stat.parent.name))
    return found


def descendants(process):
    below = children(process)
    return below + [each for child in below for each in descendants(child)]


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def end_after(seconds):
    """A call that hangs for all its timeouts ends here."""
    signal.alarm(seconds)
    for number in (signal.SIGTERM, signal.SIGALRM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(f"ended by signal {number}"))
