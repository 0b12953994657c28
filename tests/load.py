"""example-httpbin under load, which no request may notice. How fast it is is printed, and is no check.
"""

import os
import pathlib
import re
import signal
import subprocess
import time

from checks import Server, children, free_ports, same
from local_gateway import Dev

# As many at a time as two environments take that take four each.
CONNECTIONS, ENVIRONMENTS, CONCURRENCY = 8, 2, 4


def load(checks, target, wrk, scratch):
    logs, release = target / "dev", target / "release"
    httpbin = [release / "example-httpbin"]
    pool = ["--environments", str(ENVIRONMENTS), "--concurrency", str(CONCURRENCY)]

    def dev(*options):
        return Dev(checks, logs, release / "liftgate", httpbin, "--gateway", "http", *pool, *options)

    watched = scratch / "watched"
    watched.mkdir()
    file = watched / "file"
    file.touch()
    with dev(f"--watch={file}") as gateway:
        with checks.one("under load: while environments are replaced, all requests are answered"):
            with Wrk(wrk, gateway.port, 8) as load:
                for number in range(1, 5):
                    time.sleep(1)
                    file.touch()
                    gateway.wait(count=number, pause=0.1, type="changed", paths=[shown(file)])
                    gateway.wait(count=number, pause=0.1, type="environment", event="ready")
                    gateway.wait(count=number, pause=0.1, type="environment", reason="replaced")
                load.end()
            print(f"     liftgate dev: {load.rate:.0f} requests per second", flush=True)
            same((load.errors, load.refused), ("", 0))
            same(failed(gateway), [])
            ended = gateway.lines(type="environment", event="ended")
            same({line["reason"] for line in ended}, {"replaced"})
    with dev() as gateway:
        with checks.one("under load: an environment that is killed fails what it had, and nothing else"):
            with Wrk(wrk, gateway.port, 4) as load:
                time.sleep(1)
                os.kill(children(gateway.process.pid)[0], signal.SIGKILL)
                load.end()
            same(load.errors, "")
            reasons = failed(gateway)
            assert load.refused <= len(reasons) <= CONCURRENCY, (load.refused, reasons)
            same(set(reasons) - {"Runtime exited with error: signal: killed"}, set())
            ended = gateway.lines(type="environment", event="ended")
            same([line["reason"] for line in ended], ["exited"])
    with Program(checks, logs, httpbin) as program:
        with checks.one("under load: run(app) answers all requests"):
            with Wrk(wrk, program.port, 4) as load:
                load.end()
            print(f"     run(app): {load.rate:.0f} requests per second", flush=True)
            same((load.errors, load.refused), ("", 0))


def shown(file):
    """The file as it is seen from here."""
    here = pathlib.Path.cwd()
    return str(file.relative_to(here) if file.is_relative_to(here) else file)


def failed(gateway):
    """Why requests were not answered by the app."""
    requests = gateway.lines(type="request")
    assert requests, "nothing was asked"
    # Those who ask go away in the end.
    return [line["failure"] for line in requests if line["status"] not in (200, 499)]


class Wrk:
    """Load for a while."""

    def __init__(self, wrk, port, seconds):
        options = ["-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "10s"]
        self.command = [wrk, *options, f"http://127.0.0.1:{port}/anything/hello"]
        self.seconds = seconds

    def __enter__(self):
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def end(self):
        text, _ = self.process.communicate(timeout=self.seconds + 30)
        same(self.process.returncode, 0)
        found = re.search(r"Requests/sec: +([0-9.]+)", text)
        assert found, text
        self.rate = float(found[1])
        errors = re.search(r"Socket errors: .*", text)
        self.errors = errors[0] if errors else ""
        refused = re.search(r"Non-2xx or 3xx responses: ([0-9]+)", text)
        self.refused = int(refused[1]) if refused else 0


class Program(Server):
    """The app, behind a gateway of its own."""

    def __init__(self, checks, logs, program):
        super().__init__(checks, logs / "program.log")
        self.program = program

    def command(self):
        [self.port] = free_ports(1)
        self.environment["LIFTGATE_ADDR"] = f"127.0.0.1:{self.port}"
        return self.program
