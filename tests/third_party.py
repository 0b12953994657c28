"""Compares programs of others with themselves on liftgate: one line for each check.

Usage: third_party.py APPS EMULATOR [LITMUS], as tests/third_party.sh does. What the programs say
goes to logs in the directory APPS.
"""

import base64
import pathlib
import re
import subprocess
import sys
import tempfile
import urllib.parse

import answers
import third_party_requests as requests
from answers import by_name, joined, same_bytes
from checks import Checks, Response, Server, ask, end_after, free_ports, load, same, to
from rie import GATEWAYS as EVENTS
from rie import Emulator

# What `LIFTGATE_GATEWAY` calls them.
GATEWAYS = ["rest", "http-v1", "http", "function-url", "alb", "alb-multi", "lattice", "lattice-v1"]


def main():
    apps, emulator = (pathlib.Path(path).resolve() for path in sys.argv[1:3])
    litmus = "".join(sys.argv[3:])
    end_after(600)
    checks = Checks()
    with tempfile.TemporaryDirectory(dir=apps) as scratch:
        root = pathlib.Path(scratch) / "root"
        requests.files(root)
        basic = App(apps, "basic-http-server", ["-x", root], "GET", "/picture.png")
        served = "-i 127.0.0.1 -a".split() + [":".join(requests.CREDENTIALS)]
        options = "-u -R -r -C --directory-size --enable-webdav --readme --show-wget-footer".split()
        header = ["--header", "x-served: by miniserve"]
        arguments = [root, *served, *options, *header]
        miniserve = App(apps, "miniserve", arguments, "GET", "/files/?sort=size")
        dav = App(apps, "dav-server", ["--memfs", "--auth"], "OPTIONS", "/")
        # Where the header that asks for a password is renamed, no client knows that it is asked.
        public = App(apps, "dav-server", ["--memfs"], "OPTIONS", "/")
        asking = [gateway for gateway in GATEWAYS if "www-authenticate" not in RENAMED.get(gateway, [])]
        compare(checks, basic, list(requests.basic_http_server()), root)
        compare(checks, miniserve, list(requests.miniserve()), root)
        for app in (basic, miniserve, dav):
            emulate(checks, app, emulator)
        if litmus:
            conform(checks, dav, asking, [litmus, *requests.CREDENTIALS], scratch)
            conform(checks, public, GATEWAYS, [litmus], scratch)
    return checks.end()


class App:
    """A program as it was published, and the same on liftgate."""

    def __init__(self, apps, name, arguments, method, target):
        # What it is asked where one request is enough.
        self.asked = requests.asked(target, method, [requests.AUTHORIZATION])
        self.apps, self.name = apps, name
        self.arguments = [str(argument) for argument in arguments]

    def original(self, checks):
        return Program(checks, self, "original")

    def lifted(self, checks, gateway):
        return Program(checks, self, "lifted", LIFTGATE_GATEWAY=gateway)

    def binary(self, which):
        return str(self.apps / "bin" / f"{self.name}-{which}")


class Program(Server):
    def __init__(self, checks, app, which, **variables):
        super().__init__(checks, app.apps / f"{app.name}-{which}.log", **variables)
        self.app, self.which = app, which

    def command(self):
        [self.port] = free_ports(1)
        self.environment["LIFTGATE_ADDR"] = f"127.0.0.1:{self.port}"
        own = self.port if self.which == "original" else 0
        return [self.app.binary(self.which), *self.app.arguments, "-p", str(own)]

    def answers(self, asked, root):
        """The answer to each, and what has become of the file that it writes."""
        for request in asked:
            answer = ask(self.port, request.target, request.method, request.headers, request.body)
            if not request.writes:
                yield answer, None
                continue
            file = root / request.writes
            yield answer, file.read_bytes() if file.exists() else None
            requests.date(root)


def compare(checks, app, asked, root):
    with app.original(checks) as original:
        expected = list(original.answers(asked, root))
    for gateway in GATEWAYS:
        with app.lifted(checks, gateway) as lifted:
            for request, (answer, written) in zip(asked, expected, strict=True):
                if gateway == "rest" and request.is_binary:
                    # An API without binary media types has spoilt it before it is an event.
                    continue
                with checks.one(f"{app.name}, {gateway}: {request}"):
                    [(actual, file)] = lifted.answers([request], root)
                    same(file, written)
                    same(actual.status, answer.status)
                    same(headers(request, actual), through(gateway, request, answer))
                    same_bytes(actual.body, body(gateway, answer))


def headers(request, answer):
    """Those of an answer. The values of what a gateway adds differ from one to the next."""
    ids = IDS["rest"] + IDS["http"]
    return [(name, "*" if name in ids else value) for name, value in answers.headers(request, answer)]


# What each gateway adds to a response.
IDS = {
    "rest": ["x-amz-apigw-id", "x-amzn-requestid", "x-amzn-trace-id"],
    "http-v1": ["apigw-requestid"],
    "http": ["apigw-requestid"],
    "function-url": ["x-amzn-requestid", "x-amzn-trace-id"],
}
# The type of a response that has none.
IMPLIED = {
    "rest": "application/json", "function-url": "application/json",
    "http-v1": "text/plain;charset=UTF-8", "http": "text/plain;charset=UTF-8",
}
# The headers that arrive under another name.
RENAMED = {
    "rest": ["authorization", "content-md5", "max-forwards", "server", "user-agent", "www-authenticate"],
    "function-url": ["content-length", "server", "www-authenticate"],
}


def through(gateway, request, answer):
    """The headers of an answer once the gateway has changed what `liftgate gateways` lists."""
    pairs = headers(request, answer)
    renamed = RENAMED.get(gateway, [])
    pairs = [(f"x-amzn-remapped-{name}" if name in renamed else name, value) for name, value in pairs]
    names = [name for name, _ in pairs]
    if gateway in IMPLIED and "content-type" not in names:
        pairs.append(("content-type", IMPLIED[gateway]))
    if gateway in ("alb", "alb-multi") and "server" not in names:
        pairs.append(("server", "awselb/2.0"))
    return by_name(joined(gateway, pairs) + [(name, "*") for name in IDS.get(gateway, [])])


def body(gateway, answer):
    """An API without binary media types leaves base64 as it is."""
    is_left = gateway == "rest" and not is_text(answer.body)
    return base64.b64encode(answer.body) if is_left else answer.body


def is_text(content):
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def emulate(checks, app, emulator):
    """The program on AWS's emulator, as it would run on Lambda."""
    asked = app.asked
    with app.original(checks) as original:
        [(expected, _)] = original.answers([asked], app.apps)
    with Emulator(checks, emulator, app.binary("lifted"), *app.arguments, "-p", "0") as rie:
        for gateway, (fixture, _) in EVENTS.items():
            with checks.one(f"{app.name}, on the emulator, {gateway}: {asked}"):
                path, _, query = asked.target.partition("?")
                event = to(load(fixture), path, asked.method, dict(urllib.parse.parse_qsl(query)))
                replace_headers(event, asked.headers)
                response = Response(gateway, rie.invoke(event))
                same(response.status, expected.status)
                same_bytes(response.body, expected.body)
                response.headers = [(name, value.decode()) for name, value in response.headers]
                same(headers(asked, response), headers(asked, expected))


def replace_headers(event, headers):
    for member in ("headers", "multiValueHeaders"):
        if there := event.get(member):
            is_array = any(isinstance(values, list) for values in there.values())
            event[member] = {name: [value] if is_array else value for name, value in headers}


def conform(checks, app, gateways, litmus, scratch):
    """A test suite for WebDAV passes behind a gateway as it does without one."""
    arguments = " ".join(app.arguments)
    with app.original(checks) as original:
        expected = outcomes(litmus, original.port, scratch)
    with checks.one(f"{app.name} {arguments}: litmus, {len(expected)} tests"):
        assert len(expected) > 100, expected
        same(not_passed(expected), {})
    for gateway in gateways:
        with app.lifted(checks, gateway) as lifted:
            with checks.one(f"{app.name} {arguments}, {gateway}: litmus, {len(expected)} tests"):
                actual = outcomes(litmus, lifted.port, scratch)
                same(not_passed(actual), {})
                same(actual.keys(), expected.keys())


def not_passed(outcomes):
    return {test: outcome for test, outcome in outcomes.items() if outcome != "pass"}


def outcomes(litmus, port, scratch):
    """What each test came to."""
    litmus, *credentials = litmus
    command = [litmus, "-k", f"http://127.0.0.1:{port}/", *credentials]
    ran = subprocess.run(command, cwd=scratch, capture_output=True, timeout=120, check=False)
    suite, test, found = None, None, {}
    # Where there is a warning, the outcome is on a line of its own.
    for line in re.split(r"[\r\n]+", ran.stdout.decode(errors="replace")):
        if begun := re.match(r"-> running `(\w+)'", line):
            suite = begun[1]
        elif named := re.match(r" ?(\d+\. \w+)", line):
            test = f"{suite} {named[1]}"
        if outcome := re.search(r"\b(pass|FAIL|SKIPPED)\b.*", line):
            found[test] = "pass" if outcome[1] == "pass" else outcome[0]
    return found


if __name__ == "__main__":
    sys.exit(main())
