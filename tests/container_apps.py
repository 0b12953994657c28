"""The apps of container.py: how each is started, as whoever has written it would, and what it is
asked. They lie in `container/`.
"""

import pathlib
import shutil
import typing

from third_party_requests import Asked, asked, multipart, static

SOURCES = pathlib.Path(__file__).resolve().parent / "container"
JSON = ("content-type", "application/json")
FORM = ("content-type", "application/x-www-form-urlencoded")
OCTETS = ("content-type", "application/octet-stream")
TEXT = ("content-type", "text/plain; charset=utf-8")
COOKIE = ("cookie", "a=1; b=\"two words\"")
TAGS = [("x-tag", "one"), ("x-tag", "two")]
BINARY = bytes(range(256)) * 12
LATIN1 = ("content-type", "text/plain; charset=iso-8859-1")
ITEM = '{"name":"Zoë","price":12.5,"tags":["a \\"quoted\\" line\\n"]}'.encode()

# The statuses of what each answers.
FLASK = {200, 204, 302, 404, 405, 503}
FASTAPI = {200, 201, 404, 405, 422, 500}
EXPRESS = {200, 201, 204, 206, 301, 303, 304, 400, 404, 412, 416}
NGINX = {200, 206, 301, 304, 400, 404, 405, 412, 416}
PUMA = {200, 204, 302, 404, 500}


class App(typing.NamedTuple):
    name: str
    # Given its port, or the path of a socket.
    command: typing.Callable
    requests: list[Asked]
    statuses: set[int]
    # What it says once it has ended by itself.
    farewell: str
    # Which variable tells where it listens.
    port: str = "AWS_LWA_PORT"


def apps(work, root, scratch):
    """All of them. Those that serve files serve the ones in `root`."""
    venv = work / "venv" / "bin"

    def flask(port):
        return [venv / "gunicorn", "--bind", f"127.0.0.1:{port}", "--chdir", SOURCES / "flask", "app:app"]

    def fastapi(port):
        uvicorn = [venv / "uvicorn", "--port", str(port), "--app-dir", SOURCES / "fastapi"]
        return [*uvicorn, "--timeout-keep-alive", "1", "app:app"]

    # It listens where PORT says.
    def express(_):
        return ["node", work / "express" / "app.js", root]

    def nginx(place):
        listen = f"unix:{place}" if isinstance(place, pathlib.Path) else f"127.0.0.1:{place}"
        shutil.copy(SOURCES / "nginx" / "nginx.conf", scratch)
        (scratch / "listen.conf").write_text(f"listen {listen};\n")
        return ["nginx", "-p", scratch, "-c", "nginx.conf", "-e", "stderr"]

    def puma(port):
        return ["puma", "--quiet", "--bind", f"tcp://127.0.0.1:{port}", SOURCES / "puma" / "config.ru"]

    return [
        App("flask", flask, list(of_flask()), FLASK, "Shutting down: Master"),
        App("fastapi", fastapi, list(of_fastapi()), FASTAPI, "the pool is closed"),
        App("express", express, list(of_express()), EXPRESS, "closed", "PORT"),
        App("nginx", nginx, list(of_nginx()), NGINX, "exited with code 0"),
        App("puma", puma, list(of_puma()), PUMA, "the shop is closed"),
    ]


def of_flask():
    for target in ("/", "/json/Zo%C3%AB?page=2&q=caf%C3%A9%20au%20lait", "/json/a%20b", "/missing", "/latin1",
                   "/bytes", "/large", "/redirect", "/unwell"):
        yield asked(target)
    yield asked("/json/list?x=1&x=2")
    yield from (asked(target, "HEAD") for target in ("/", "/bytes", "/missing"))
    yield asked("/headers", headers=[*TAGS, ("user-agent", "curl/8"), ("accept-language", "de, en;q=0.5")])
    yield asked("/cookies", headers=[COOKIE])
    yield asked("/", "OPTIONS")
    yield asked("/", "DELETE")
    yield asked("/nothing", "DELETE")
    yield asked("/form", "POST", [FORM], b"name=caf%C3%A9+au+lait&tag=one&tag=two")
    for name, content in [("text.txt", "Grüße\n".encode() * 50), ("bytes.bin", BINARY)]:
        kind, body = multipart(name, content)
        yield asked("/form", "POST", [("content-type", kind)], body)
    for kind, body in [
        (OCTETS, BINARY), (LATIN1, b"caf\xe9"),
        (TEXT, "Grüße\n".encode()), (JSON, ITEM), (TEXT, b""), (OCTETS, BINARY * 1000),
    ]:
        yield asked("/echo", "PUT", [kind], body)


def of_fastapi():
    for target in ("/items/7?q=caf%C3%A9", "/items/700", "/items/seven", "/missing", "/stream", "/stream?lines=100",
                   "/bytes", "/raise", "/openapi.json", "/docs"):
        yield asked(target)
    yield asked("/items/7", "HEAD")
    yield asked("/items/7", "PUT", [JSON], ITEM)
    yield asked("/items/7", "PUT", [JSON], b'{"name":1}')
    yield asked("/items/7", "PUT", [JSON], b"{")
    kind, body = multipart("bytes.bin", BINARY)
    yield asked("/upload", "POST", [("content-type", kind)], body)


def of_express():
    yield from static()
    for target in ("/vary", "/written", "/redirect", "/missing"):
        yield asked(target)
    yield asked("/vary", headers=[("accept", "text/plain")])
    yield asked("/cookies", headers=[COOKIE])
    yield asked("/nothing", "DELETE")
    for tag in ('W/"11-IkjuL6CqqtmReFMfkkvwC0sKj04"', 'W/"none"'):
        yield asked("/vary", headers=[("accept", "application/json"), ("if-none-match", tag)])
    for body in (ITEM, b"{", b"[]"):
        yield asked("/json?page=2", "POST", [JSON], body)
    for kind, body in [(OCTETS, BINARY), (TEXT, "Grüße\n".encode())]:
        yield asked("/echo", "POST", [kind], body)


def of_nginx():
    # The boundary between several ranges is another one each time.
    yield from (request for request in static() if ("range", "bytes=0-1,5-6") not in request.headers)
    yield from (asked(target) for target in ("/old", "/host?a=1", "/files?a=1", "/files/deep"))
    yield asked("/files/one.txt", headers=[("accept-encoding", "gzip")])
    yield asked("/picture.png", headers=[("accept-encoding", "gzip")])
    tag = ("if-none-match", '"56273e80-fa0"')
    yield asked("/files/one.txt", headers=[tag])
    yield asked("/files/one.txt", headers=[("if-range", tag[1]), ("range", "bytes=4-7")])


def of_puma():
    for target in ("/", "/asked?page=2&q=caf%C3%A9", "/cookies", "/pieces", "/moved", "/raise", "/missing/%C3%BC"):
        yield asked(target)
    yield asked("/asked", headers=[TAGS[0], COOKIE, ("user-agent", "curl/8")])
    yield asked("/", "HEAD")
    yield asked("/nothing", "DELETE")
    for kind, body in [(OCTETS, BINARY), (TEXT, "Grüße\n".encode()), (OCTETS, b"")]:
        yield asked("/echo", "POST", [kind], body)


def message(request):
    """The request as a message of HTTP/1.1."""
    body = request.body
    lines = [f"{request.method} {request.target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in request.headers]
    if body is not None:
        lines.append(f"content-length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + (body or b"")
