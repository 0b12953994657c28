"""A browser, driven by the WebDriver protocol (https://www.w3.org/TR/webdriver2/)."""

import base64
import contextlib
import http.client
import json
import shutil
import tempfile
import time

from checks import Server, free_ports

# By this key an answer names an element.
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
# Long enough for a machine with other things to do.
LIMIT = 60


class Driver(Server):
    """chromedriver, which starts browsers and ends them."""

    def command(self):
        [self.port] = free_ports(1)
        return [shutil.which("chromedriver"), f"--port={self.port}"]

    @contextlib.contextmanager
    def browser(self):
        """A window of a browser of its own, which knows nothing of any other."""
        with tempfile.TemporaryDirectory(prefix="browser-", ignore_cleanup_errors=True) as profile:
            # Without a screen, and with no traffic but that of the page.
            options = [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--window-size=1000,1300", f"--user-data-dir={profile}",
            ]
            session = self.ask("POST", "/session", {"capabilities": {"alwaysMatch": {
                "browserName": "chrome",
                "goog:chromeOptions": {"binary": shutil.which("chromium"), "args": options},
                "goog:loggingPrefs": {"browser": "ALL"},
            }}})
            browser = Browser(self, session["sessionId"])
            try:
                yield browser
            finally:
                browser.ask("DELETE", "")

    def ask(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LIMIT)
        with contextlib.closing(connection):
            body = None if method != "POST" else json.dumps(body or {})
            connection.request(method, path, body, {"content-type": "application/json"})
            value = json.load(connection.getresponse())["value"]
        if isinstance(value, dict) and "error" in value:
            raise RuntimeError(f"{value['error']}: {value['message']}")
        return value


class Browser:
    def __init__(self, driver, session):
        self.driver, self.session = driver, session

    def ask(self, method, command, body=None):
        return self.driver.ask(method, f"/session/{self.session}{command}", body)

    def open(self, url):
        self.ask("POST", "/url", {"url": url})

    def script(self, body, *arguments):
        """What a function with that body returns, or the promise that it returns."""
        return self.ask("POST", "/execute/sync", {"script": body, "args": list(arguments)})

    def until(self, body, *arguments):
        """Asks a script until what it returns is true."""
        until = time.monotonic() + LIMIT
        while True:
            try:
                found = self.script(body, *arguments)
            except RuntimeError as error:
                # Between two pages there is none to run it.
                found, last = None, error
            else:
                last = found
            if found:
                return found
            assert time.monotonic() < until, f"{body} {arguments}: {last}"
            time.sleep(0.05)

    def click(self, selector):
        self.ask("POST", f"/element/{self.element(selector)}/click")

    def write(self, selector, text):
        """Types into a field, in place of what is in it."""
        element = self.element(selector)
        self.ask("POST", f"/element/{element}/clear")
        self.ask("POST", f"/element/{element}/value", {"text": text})

    def element(self, selector):
        return self.ask("POST", "/element", {"using": "css selector", "value": selector})[ELEMENT]

    def cookies(self):
        return {cookie["name"]: cookie for cookie in self.ask("GET", "/cookie")}

    def console(self):
        """What the console has been told since it was asked last."""
        return self.ask("POST", "/se/log", {"type": "browser"})

    def screenshot(self, file):
        file.write_bytes(base64.b64decode(self.ask("GET", "/screenshot")))
