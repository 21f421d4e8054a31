"""The beating web application and some async views, for gunicorn in tests only. `GET /plain` is an ordinary one."""

import asyncio
import os
import selectors
import threading

from flask import Flask, Response, after_this_request, current_app, g, request

from tests import beaten_app
from webapp.async_views import blocking


class Boom(Exception):
    """What /boom raises."""


def create() -> Flask:
    """The application of `tests/beaten_app.py`, and the views below."""
    app = beaten_app.create()
    counted = {"canceled": 0}

    @app.get("/plain")
    def plain() -> dict:
        return {}

    @app.get("/sleep")
    async def sleep() -> dict:
        await asyncio.sleep(float(request.args["seconds"]))
        return {"slept": request.args["seconds"]}

    @app.get("/boom")
    async def boom() -> dict:
        await asyncio.sleep(0)
        raise Boom("in an async view")

    @app.get("/leave")
    async def leave() -> dict:
        raise SystemExit(3)

    @app.get("/never")
    async def never() -> dict:
        try:
            return await asyncio.Event().wait()
        except asyncio.CancelledError:
            counted["canceled"] += 1
            raise

    @app.get("/canceled")
    def canceled() -> dict:
        return counted

    @app.post("/context/<name>")
    async def context(name: str) -> dict:
        """What Flask knows of this request, after an await and from where greenlets are."""
        g.name = name

        @after_this_request
        def mark(response: Response) -> Response:
            response.headers["X-Name"] = name
            return response

        await asyncio.sleep(0.05)
        body = await blocking(request.get_json)
        elsewhere = await blocking(lambda: [g.name, request.path, current_app.name])
        return {"here": [g.name, request.path, current_app.name], "elsewhere": elsewhere, "body": body}

    @app.get("/tools")
    async def tools() -> dict:
        """What asyncio does with threads, names and sockets."""
        reader, writer = await asyncio.open_connection("localhost", request.environ["SERVER_PORT"])
        writer.write(b"GET /plain HTTP/1.0\r\nHost: localhost\r\n\r\n")
        fetched = await reader.read()
        writer.close()
        await writer.wait_closed()
        threads = await asyncio.gather(*(asyncio.to_thread(os.getpid) for _ in range(20)))
        return {
            "fetched": fetched.splitlines()[0].decode(),
            "threads": threads,
            "selector": type(asyncio.get_running_loop()._selector).__module__,
            "patched": [selectors.DefaultSelector.__module__, threading.Event.__module__],
        }

    return app
