"""The program `liftgate`, for dev.py, load.py and container.py: behind its gateway, and by its other
commands.
"""

import contextlib
import http.client
import json
import pathlib
import subprocess
import time
import urllib.parse

from checks import Server, ask, same

PROGRAMS = pathlib.Path(__file__).resolve().parent / "programs"


class Dev(Server):
    """`liftgate dev`, which says in JSON what happens."""

    def __init__(self, checks, directory, liftgate, program, *options, **variables):
        super().__init__(checks, directory / "dev.log", **variables)
        self.liftgate, self.program, self.options = liftgate, program, options

    def command(self):
        self.said, self.position = [], 0
        address = ["--address", "127.0.0.1:0"]
        return [self.liftgate, "dev", "--json", *address, *self.options, "--", *self.program]

    def listens(self):
        try:
            url = self.wait(type="listening")["url"]
            # A stage is behind it.
            self.port = urllib.parse.urlsplit(url).port
        except AssertionError:
            return False
        return True

    def ask(self, *arguments, **options):
        return ask(self.port, *arguments, **options)

    def lines(self, **wanted):
        """What it has said of this kind, up to now."""
        with self.log.open("rb") as log:
            log.seek(self.position)
            new = log.read()
        # The last line may be about to be written.
        new = new[: new.rfind(b"\n") + 1]
        self.position += len(new)
        self.said += [json.loads(line) for line in new.splitlines()]
        return [line for line in self.said if wanted.items() <= line.items()]

    def wait(self, count=1, seconds=20, pause=0.01, **wanted):
        """Waits for the line with this number of this kind, which may follow what it is about."""
        until = time.monotonic() + seconds
        while len(found := self.lines(**wanted)) < count:
            is_over = self.process.poll() is not None or time.monotonic() > until
            assert not is_over, f"{count} x {wanted} is not among what it said"
            time.sleep(pause)
        return found[count - 1]

    def run(self, command, *arguments):
        """Another command of the program, to its end."""
        return run([self.liftgate, command, *arguments], self.environment)


def lines_as_they_come(dev, path, gate):
    """The response of a program that has three lines, and waits before each for a file that is called
    `gate` and the line's number.
    """
    connection = http.client.HTTPConnection("127.0.0.1", dev.port, timeout=20)
    with contextlib.closing(connection):
        connection.request("GET", path)
        response = connection.getresponse()
        for number in range(3):
            file = pathlib.Path(f"{gate}{number}")
            file.touch()
            same(response.readline(), b"line %d\n" % number)
            file.unlink()
        same(response.read(), b"")
    same(dev.wait(type="request", uri=path)["failure"], None)
    return response


def run(command, environment, given=b""):
    return subprocess.run(command, env=environment, input=given, capture_output=True, timeout=60)
