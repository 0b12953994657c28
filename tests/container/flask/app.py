"""A small app on Flask."""

import hashlib

from flask import Flask, Response, jsonify, redirect, request, url_for

app = Flask(__name__)


@app.get("/")
def home():
    return "<!doctype html>\n<title>Größe</title>\n<p>hello\n"


@app.get("/json/<name>")
def json(name):
    return jsonify(name=name, arguments=request.args.to_dict(flat=False), path=request.path)


@app.route("/echo", methods=["POST", "PUT", "PATCH", "DELETE"])
def echo():
    return Response(request.get_data(), content_type=request.content_type)


@app.post("/form")
def form():
    files = {
        name: [(file.filename, file.content_type, hashlib.sha256(file.read()).hexdigest()) for file in files]
        for name, files in request.files.lists()
    }
    return jsonify(form=request.form.to_dict(flat=False), files=files)


@app.get("/cookies")
def cookies():
    response = jsonify(dict(request.cookies))
    response.set_cookie("session", "a=1/2", path="/cookies", httponly=True, samesite="Lax")
    response.set_cookie("theme", "dark", secure=True)
    return response


@app.get("/headers")
def headers():
    """What was asked under some names, and headers that are there twice."""
    asked = {name: request.headers.get(name) for name in ("X-Tag", "User-Agent", "Accept-Language", "Host")}
    response = jsonify(asked)
    response.headers.extend([("X-Tag", "one"), ("X-Tag", "two")])
    response.headers.extend([("Link", "</a>; rel=next"), ("Link", "</b>; rel=prev")])
    return response


@app.get("/latin1")
def latin1():
    body = "café\n".encode("latin-1")
    return Response(body, content_type="text/plain; charset=iso-8859-1", headers={"X-Name": "café"})


@app.get("/bytes")
def binary():
    return Response(bytes(range(256)) * 40, content_type="application/octet-stream")


@app.get("/large")
def large():
    return Response("0123456789abcde\n" * (5_000_000 // 16), content_type="text/plain")


@app.get("/redirect")
def moved():
    return redirect(url_for("json", name="Zoë", page=2))


@app.delete("/nothing")
def nothing():
    return "", 204


@app.get("/where")
def where():
    return request.url


@app.get("/context")
def context():
    return jsonify({name.lower(): value for name, value in request.headers if name.lower().startswith("x-am")})


@app.post("/events")
def events():
    return jsonify(event=request.get_json(), at=request.path)


@app.post("/jobs")
def jobs():
    return jsonify(records=len(request.get_json()["Records"]), at=request.path)


@app.get("/unwell")
@app.post("/unwell")
def unwell():
    return "the database is away", 503
