"""A small app on FastAPI."""

import asyncio
import contextlib
import os
import pathlib
import signal
import sys

from fastapi import FastAPI, HTTPException, UploadFile
from fastapi.responses import PlainTextResponse, StreamingResponse
from pydantic import BaseModel


@contextlib.asynccontextmanager
async def lifespan(_):
    print("the pool is open", file=sys.stderr, flush=True)
    yield
    print("the pool is closed", file=sys.stderr, flush=True)


app = FastAPI(lifespan=lifespan)


class Item(BaseModel):
    name: str
    price: float
    tags: list[str] = []


@app.get("/items/{number}")
async def item(number: int, q: str | None = None):
    if number > 100:
        raise HTTPException(404, "there is no such item", headers={"x-items": "100"})
    return {"number": number, "q": q}


@app.put("/items/{number}", status_code=201)
async def put(number: int, item: Item):
    return {"number": number, **item.model_dump()}


@app.post("/upload")
async def upload(file: UploadFile):
    content = await file.read()
    return {"name": file.filename, "type": file.content_type, "length": len(content), "sum": sum(content)}


@app.get("/stream")
async def stream(lines: int = 5):
    async def chunks():
        for number in range(lines):
            yield f"line {number}\n"
            await asyncio.sleep(0.01)

    return StreamingResponse(chunks(), media_type="text/plain", headers={"x-lines": str(lines)})


@app.get("/gated")
async def gated():
    """Lines that come as files appear."""

    async def chunks():
        for number in range(3):
            while not pathlib.Path(f"{os.environ['GATE']}{number}").exists():
                await asyncio.sleep(0.005)
            yield f"line {number}\n"

    response = StreamingResponse(chunks(), media_type="text/event-stream")
    response.set_cookie("a", "1")
    response.set_cookie("b", "2")
    return response


@app.get("/bytes")
async def binary(count: int = 1000):
    async def chunks():
        for _ in range(count):
            yield bytes(range(256)) * 16

    return StreamingResponse(chunks(), media_type="application/octet-stream")


@app.get("/pid")
async def pid():
    return PlainTextResponse(str(os.getpid()))


@app.get("/raise")
async def fail():
    raise RuntimeError("this was asked for")


@app.get("/kill")
async def kill():
    print("short of memory", file=sys.stderr, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)


@app.get("/kill-later")
async def kill_later():
    async def chunks():
        yield "line 0\n"
        await asyncio.sleep(0.05)
        os.kill(os.getpid(), signal.SIGKILL)

    return StreamingResponse(chunks(), media_type="text/plain")
