"""Opens example-page in a browser, behind local gateways: one line for each check.

Usage: browser.py DIRECTORY PAGE CHAT, as tests/browser.sh does. What the programs say goes to logs
in the directory, and a picture of each page as well.
"""

import contextlib
import hashlib
import pathlib
import sys
import time
import urllib.parse

from checks import Checks, Server, end_after, free_ports, same
from webdriver import Driver

IMAGE = pathlib.Path(__file__).parent.parent / "examples" / "page" / "src" / "image.png"
# What `LIFTGATE_GATEWAY` calls them, and whether they stream.
GATEWAYS = [("function-url", True), ("http", False), ("rest", False), ("alb-multi", False)]

STATE = "return document.getElementById(arguments[0])?.dataset.state"
DETAIL = "return document.querySelector(`#${arguments[0]} .detail`).textContent"
SETTLED = "return !['waiting', undefined].includes(document.getElementById(arguments[0])?.dataset.state)"
LINES = "return [...document.querySelectorAll('#lines li')].map((line) => line.textContent)"


def main():
    directory, page, chat = (pathlib.Path(path).resolve() for path in sys.argv[1:])
    end_after(600)
    checks = Checks()
    with contextlib.ExitStack() as ends:
        room = ends.enter_context(App(checks, directory / "chat.log", chat, "websocket"))
        driver = ends.enter_context(Driver(checks, directory / "chromedriver.log"))
        for gateway, streams in GATEWAYS:
            log = directory / f"page-{gateway}.log"
            variables = {"LIFTGATE_STREAMING": "1"} if streams else {}
            with App(checks, log, page, gateway, **variables) as app:
                visit(checks, driver, app, room, streams, directory / f"{gateway}.png")
                with checks.one(f"{gateway}: the gateway has nothing to complain of"):
                    same(app.complaints(), [])
        with checks.one("websocket: the gateway has nothing to complain of"):
            same(room.complaints(), [])
    return checks.end()


def visit(checks, driver, app, room, streams, picture):
    """Two windows, whose users talk with each other. One does all there is on the page."""
    with driver.browser() as ada, driver.browser() as bob:
        ada.open(app.url(room, "ada"))
        bob.open(app.url(room, "bob"))
        for item in ("redirect", "json", "bytes"):
            with checks.one(f"{app.gateway}: {item}"):
                works(ada, item)
        cookies(checks, ada, app)
        image(checks, ada, app)
        events(checks, ada, app, streams)
        talk(checks, ada, bob, app)
        ada.screenshot(picture)
        form(checks, ada, app, room)
        for name, browser in (("ada", ada), ("bob", bob)):
            with checks.one(f"{app.gateway}: no errors on {name}'s console"):
                same([entry for entry in browser.console() if entry["level"] == "SEVERE"], [])


def works(browser, item):
    """Waits until the page has found out, and returns what it says."""
    browser.until(SETTLED, item)
    state, detail = browser.script(STATE, item), browser.script(DETAIL, item)
    assert state == "ok", f"{state}: {detail}"
    return detail


def cookies(checks, browser, app):
    with checks.one(f"{app.gateway}: two cookies, one of them not for scripts, go there and back"):
        same(set(works(browser, "cookies").split("\n")), {
            "script: visits=1", "server: secret=only-the-server-sees-it; visits=1",
        })
        kept = browser.cookies()
        same(set(kept), {"visits", "secret"})
        same((kept["visits"]["httpOnly"], kept["secret"]["httpOnly"]), (False, True))
        same((kept["visits"]["sameSite"], kept["secret"]["sameSite"]), ("Lax", "Lax"))
        # It has a date, though browsers keep none for so long.
        assert kept["visits"]["expiry"] > time.time() + 86400 * 30, kept
        assert "expiry" not in kept["secret"], kept


def image(checks, browser, app):
    with checks.one(f"{app.gateway}: the image is shown, and has come byte for byte"):
        expected = IMAGE.read_bytes()
        same(works(browser, "image"), f"96 × 96 pixels in {len(expected)} bytes")
        hashed = browser.script("""
            const bytes = await (await fetch("image.png", { cache: "reload" })).arrayBuffer();
            const hash = await crypto.subtle.digest("SHA-256", bytes);
            return [...new Uint8Array(hash)];
        """)
        same(bytes(hashed).hex(), hashlib.sha256(expected).hexdigest())


def events(checks, browser, app, streams):
    with checks.one(f"{app.gateway}: six events, the last three of them to a browser that came back"):
        lines = works(browser, "events").split("\n")
        same([line.partition(",")[0] for line in lines], [f"{number} of 6" for number in range(1, 7)])
        same([line[-1] for line in lines], ["1", "1", "1", "2", "2", "2"])
    if not streams:
        return
    with checks.one(f"{app.gateway}: the events come one by one, as they are made"):
        # A quarter of a second lies between two. A machine with no time may still give them all at
        # once to the page, but not again and again.
        for _ in range(10):
            at = [int(line.split()[3]) for line in works(browser, "events").split("\n")]
            if at[2] - at[0] > 200:
                break
            browser.ask("POST", "/refresh")
        else:
            raise AssertionError(f"they come at once: {at}")


def talk(checks, ada, bob, app):
    with checks.one(f"{app.gateway}: two windows talk over WebSockets"):
        works(ada, "chat")
        works(bob, "chat")
        say(ada, "Good day, Bob")
        hears([ada, bob], ["ada: Good day, Bob"])
        say(bob, "Grüße an \"Ada\" ✓")
        hears([ada, bob], ["ada: Good day, Bob", "bob: Grüße an \"Ada\" ✓"])
    with checks.one(f"{app.gateway}: who leaves hears no more, and may come again"):
        bob.click("#leave")
        bob.until("return document.getElementById('chat').dataset.state !== 'ok'")
        same(bob.script(DETAIL, "chat").strip(), "closed: 1000")
        heard = bob.script(LINES)
        say(ada, "Are you there?")
        hears([ada], [*heard, "ada: Are you there?"])
        same(bob.script(LINES), heard)
        bob.click("#enter")
        bob.until("return document.getElementById('chat').dataset.state === 'ok'")
        say(bob, "Here again")
        hears([ada], [*heard, "ada: Are you there?", "bob: Here again"])
        hears([bob], [*heard, "bob: Here again"])


def say(browser, text):
    browser.write("#text", text)
    browser.click("#say button")


def hears(browsers, lines):
    for browser in browsers:
        # What is missing shows by what is there.
        with contextlib.suppress(AssertionError):
            browser.until(f"{LINES}.length >= arguments[0]", len(lines))
        same(browser.script(LINES), lines)


def form(checks, browser, app, room):
    with checks.one(f"{app.gateway}: a form is posted, and answered by the way back"):
        browser.write("#form [name=text]", "Straße & Söhne + 100 %?")
        # The visit before is not the one that is waited for.
        before = browser.script(DETAIL, "form")
        browser.click("#form button")
        browser.until(f"return document.readyState === 'complete' && ({DETAIL[7:]}) !== arguments[1]", "form", before)
        same(works(browser, "form"), "came back: Straße & Söhne + 100 %?")
        fields = {"chat": room.address, "name": "ada", "text": "Straße & Söhne + 100 %?"}
        url = urllib.parse.urlsplit(browser.ask("GET", "/url"))
        same((url.path, dict(urllib.parse.parse_qsl(url.query))), ("/", fields))
    with checks.one(f"{app.gateway}: the page that comes after works as well"):
        for item in ("cookies", "redirect", "json", "image", "bytes", "events", "chat"):
            works(browser, item)
        assert int(browser.cookies()["visits"]["value"]) > 1, browser.cookies()


class App(Server):
    """An example behind a local gateway."""

    def __init__(self, checks, log, program, gateway, **variables):
        super().__init__(checks, log, LIFTGATE_GATEWAY=gateway, **variables)
        self.program, self.gateway = program, gateway

    def command(self):
        [self.port] = free_ports(1)
        self.environment["LIFTGATE_ADDR"] = f"127.0.0.1:{self.port}"
        scheme = "ws" if self.gateway == "websocket" else "http"
        self.address = f"{scheme}://127.0.0.1:{self.port}"
        return [str(self.program)]

    def url(self, room, name):
        return f"{self.address}/?{urllib.parse.urlencode({'chat': room.address, 'name': name})}"

    def complaints(self):
        """What the gateway said after it said where it is."""
        return self.log.read_text().splitlines()[1:]


if __name__ == "__main__":
    sys.exit(main())
