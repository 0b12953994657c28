"""An app by itself, and behind liftgate-process in each way that there is to start it; and what a gateway
makes of requests and replies.
"""

import base64
import contextlib
import json
import pathlib
import random
import socket

import container_apps
import third_party_requests
from checks import Response, Server, ask, free_ports, same
from container_apps import SOURCES
from local_gateway import run
from rie import Emulator

# Each gateway by the name that `liftgate convert` has for it: what its replies are called, how it is
# set up, and how long a body may be.
GATEWAYS = {
    "rest": ("rest_api", ["--binary-media-type", "*/*"], 5_500_000),
    "http": ("http_api", [], 5_500_000),
    "function-url": ("function_url", [], 5_500_000),
    "alb": ("alb", [], 1_000_000),
    "alb-multi": ("alb_multi", [], 1_000_000),
    "lattice": ("lattice", [], 5_500_000),
}
EXTENSIONS = pathlib.Path("/opt/extensions")


def app_port():
    """A free port that is given to nobody who asks for any, and so stays free until the app has it."""
    while True:
        with contextlib.suppress(OSError):
            with socket.create_server(("127.0.0.1", random.randrange(20_000, 32_000))) as server:
                return server.getsockname()[1]


class Straight(Server):
    """The app, and nothing else."""

    def __init__(self, tests, app):
        super().__init__(tests.checks, tests.work / f"{app.name}.log")
        self.app = app

    def command(self):
        self.port = app_port()
        self.environment["PORT"] = str(self.port)
        return self.app.command(self.port)


class Supervised(Emulator):
    """liftgate-process is the bootstrap, and starts the app."""

    how = "supervised"

    def __init__(self, tests, app, unix=None, **variables):
        # On a busy machine, gunicorn takes longer to end than Lambda is sure to wait.
        variables = {"LIFTGATE_SHUTDOWN_TIMEOUT_MS": "2000"} | variables
        super().__init__(tests.checks, tests.emulator, **variables)
        self.tests, self.app, self.unix = tests, app, unix

    def command(self):
        place = self.unix or app_port()
        self.environment["LIFTGATE_SOCKET" if self.unix else self.app.port] = str(place)
        self.program = self.bootstrap(self.app.command(place))
        return super().command()

    def bootstrap(self, command):
        return [self.tests.process, "--", *command]


class Extension(Supervised):
    """liftgate-process is an external extension, and the app is the bootstrap."""

    how = "as an extension"

    # The emulator starts whatever lies there, and so would any other on this machine. Nobody else sees
    # what is mounted here.
    IN_A_NAMESPACE = """
        mount -t tmpfs liftgate-test "$1"
        cp "$2" "$1/liftgate-process"
        shift 2
        exec "$@"
    """

    def command(self):
        self.has_made = not EXTENSIONS.exists()
        # If it cannot, there is no such test.
        EXTENSIONS.mkdir(parents=True, exist_ok=True)
        inside = ["unshare", "--mount", "sh", "-euc", self.IN_A_NAMESPACE, "sh", EXTENSIONS, self.tests.process]
        return [*inside, *super().command()]

    def bootstrap(self, command):
        return command

    def stop(self):
        super().stop()
        if self.has_made:
            # Unless somebody else has put something there.
            with contextlib.suppress(OSError):
                EXTENSIONS.rmdir()


class Wrapper(Supervised):
    """liftgate-process is what a managed runtime is started by, and the app is the function's handler."""

    how = "as a wrapper"

    def bootstrap(self, command):
        root = self.tests.scratch / "task"
        root.mkdir(exist_ok=True)
        script = root / "run.sh"
        words = " ".join(f"'{word}'" for word in command)
        script.write_text(f"#!/bin/sh\nexec {words}\n")
        script.chmod(0o755)
        self.environment |= {
            "AWS_LAMBDA_EXEC_WRAPPER": str(self.tests.process),
            "LAMBDA_TASK_ROOT": str(root), "_HANDLER": script.name,
        }
        return [SOURCES / "runtime.sh"]


class Local(Server):
    """liftgate-process where there is no Lambda, with a gateway of its own."""

    def __init__(self, tests, app, **variables):
        super().__init__(tests.checks, tests.work / f"{app.name}-local.log", **variables)
        self.app, self.program = app, tests.work / "bin" / "liftgate-process-local"

    def command(self):
        [self.port], port = free_ports(1), app_port()
        self.environment |= {"LIFTGATE_ADDR": f"127.0.0.1:{self.port}", self.app.port: str(port)}
        return [self.program, "--", *self.app.command(port)]


class Tests:
    """The apps, and what else the checks need."""

    def __init__(self, checks, target, emulator, scratch):
        self.checks, self.emulator, self.scratch = checks, emulator, scratch
        self.work, self.liftgate = target / "container", target / "debug" / "liftgate"
        self.process = self.work / "bin" / "liftgate-process"
        root = scratch / "root"
        third_party_requests.files(root)
        self.apps = container_apps.apps(self.work, root, scratch)
        self.answers, self.events = {}, {}

    def answered(self, app):
        """What the app answers by itself."""
        if app.name not in self.answers:
            with Straight(self, app) as server:
                self.answers[app.name] = [
                    ask(server.port, request.target, request.method, request.headers, request.body)
                    for request in app.requests
                ]
        return zip(app.requests, self.answers[app.name], strict=True)

    def event(self, gateway, request):
        """What the gateway makes of a request."""
        if (gateway, request) not in self.events:
            convert = [self.liftgate, "convert", "--compact", "--to", gateway, *GATEWAYS[gateway][1]]
            done = run(convert, None, container_apps.message(request))
            assert done.returncode == 0, done.stderr
            self.events[gateway, request] = done.stdout
        return self.events[gateway, request]


def reply(gateway, said, streams=False):
    """What was replied, as the gateway understands it."""
    if not streams:
        return decoded(Response(GATEWAYS[gateway][0], json.loads(said)))
    prelude, nuls, body = said.partition(bytes(8))
    same(nuls, bytes(8))
    body = {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
    # It need not have cookies.
    cookies = {"cookies": []} if gateway == "function-url" else {}
    return decoded(Response(GATEWAYS[gateway][0], cookies | json.loads(prelude) | body))


def decoded(response):
    response.headers = [(name, value.decode("latin-1")) for name, value in response.headers]
    return response
