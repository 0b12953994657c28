"""What the programs of third_party.py are asked, and the files that they serve."""

import base64
import os
import random
import typing
import urllib.parse

HOST = ("host", "files.example.com")
CREDENTIALS = ["ada", "se cret"]
AUTHORIZATION = ("authorization", "Basic " + base64.b64encode(":".join(CREDENTIALS).encode()).decode())
PROPFIND = b"""<?xml version="1.0" encoding="utf-8"?>
<propfind xmlns="DAV:"><prop><getcontentlength/><resourcetype/></prop></propfind>"""


UNSAID = [HOST, AUTHORIZATION]


class Asked(typing.NamedTuple):
    target: str
    method: str = "GET"
    headers: tuple = ()
    body: bytes | None = None
    # A file that the program makes of it, or removes, and whether that is no text.
    writes: str | None = None
    is_binary: bool = False

    def __str__(self):
        said = [self.method, self.target]
        said += [f"{name}: {value}" for name, value in self.headers if (name, value) not in UNSAID]
        return ", ".join([" ".join(said[:2]), *said[2:]])


def files(root):
    """Files of many kinds, all of them of one old date."""
    chance = random.Random(42)
    contents = {
        "index.html": "<!doctype html>\n<title>Größe</title>\n<p>hello\n".encode(),
        "readme.md": "# A title\n\n- one & two\n- `code`\n\n| a | b |\n|---|---|\n| 1 | ✓ |\n".encode(),
        "code.rs": b"fn main() {\n    println!(\"hello\");\n}\n",
        "data.json": '{"name":"Zoë","note":"a \\"quoted\\" line\\n"}\n'.encode(),
        "latin1.txt": b"caf\xe9\n",
        "empty.txt": b"",
        "picture.png": b"\x89PNG\r\n\x1a\n" + chance.randbytes(3000),
        "blob.bin": chance.randbytes(300_000),
        "files/one.txt": b"one\n" * 1000,
        "files/two words & more.txt": b"two\n",
        "files/ü.txt": "ü\n".encode(),
        "files/deep/three.txt": b"three\n",
    }
    for name, content in contents.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    date(root)


def date(root):
    for path in [root, *root.rglob("*")]:
        os.utime(path, (1_445_412_480, 1_445_412_480))


def asked(target, method="GET", headers=(), body=None, *writes):
    return Asked(target, method, (HOST, *headers), body, *writes)


def static():
    """What every server of files is asked."""
    get = [
        "/", "/?a=1&b=%20", "/readme.md", "/code.rs", "/data.json", "/latin1.txt", "/empty.txt",
        "/picture.png", "/blob.bin", "/files/", "/files", "/files/%C3%BC.txt",
        "/files/two%20words%20%26%20more.txt", "/files/deep/../one.txt", "/missing", "/missing/",
        "/files/../../etc/passwd",
    ]
    yield from (asked(target) for target in get)
    yield from (asked(target, "HEAD") for target in ("/", "/picture.png", "/missing"))
    for bounds in ("bytes=100-199", "bytes=-5", "bytes=299999-", "bytes=300000-", "bytes=0-1,5-6"):
        yield asked("/blob.bin", headers=[("range", bounds)])
    for name, value in [
        ("if-modified-since", "Wed, 21 Oct 2015 07:28:00 GMT"),
        ("if-modified-since", "Tue, 20 Oct 2015 07:28:00 GMT"),
        ("if-unmodified-since", "Tue, 20 Oct 2015 07:28:00 GMT"),
        ("if-match", '"none"'),
        ("accept-encoding", "gzip, br"),
    ]:
        yield asked("/data.json", headers=[(name, value)])
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH"):
        yield asked("/data.json", method, [("content-type", "text/plain")], b"text")


def basic_http_server():
    yield from static()


def miniserve():
    """It asks for a password, so each request has one but for the first ones."""
    yield asked("/")
    yield asked("/", headers=[("authorization", "Basic " + base64.b64encode(b"ada:wrong").decode())])
    yield from (request._replace(headers=(*request.headers, AUTHORIZATION)) for request in allowed())


def allowed():
    yield from static()
    yield asked("/files/?sort=size&order=asc")
    yield asked("/files/?sort=date&order=desc&raw=true")
    yield asked("/files/?download=tar")
    yield asked("/?qrcode=https%3A%2F%2Fexample.com%2F%3Fa%3Db%26c")
    for coding in ("br", "zstd;q=0.5, gzip;q=1"):
        yield asked("/files/one.txt", headers=[("accept-encoding", coding)])
    yield asked("/", "PROPFIND", [("depth", "1"), ("content-type", "text/xml")], PROPFIND)
    yield asked("/", "OPTIONS")
    yield asked("/__miniserve_internal/style.css")
    yield asked("/__miniserve_internal/healthcheck")
    for body in (b'{"DirSize":"/files"}', b"{"):
        yield asked("/__miniserve_internal/api", "POST", [("content-type", "application/json")], body)
    for name, content in [("text.txt", "Grüße\n".encode() * 50), ("bytes.bin", bytes(range(256)) * 20)]:
        writes, path = (f"files/{name}", name == "bytes.bin"), urllib.parse.quote(f"/files/{name}", safe="")
        kind, body = multipart(name, content)
        yield asked("/upload?path=/files", "POST", [("content-type", kind)], body, *writes)
        yield asked(f"/rm?path={path}", "POST", [], b"", *writes)
        yield asked("/upload?path=/nowhere", "POST", [("content-type", kind)], body, None, writes[1])


def multipart(name, content):
    disposition = f'Content-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    body = b"--limit\r\n" + disposition.encode() + content + b"\r\n--limit--\r\n"
    return "multipart/form-data; boundary=limit", body
