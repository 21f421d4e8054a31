"""Flask under gunicorn's gevent worker, and nothing else: the floor for one request. Started by `bench.submit`."""

from flask import Flask, request


def create_app() -> Flask:
    """Reads a body, answers 201 with `{}`."""
    app = Flask(__name__, static_folder=None)

    @app.get("/healthz")
    def healthz() -> dict:
        return {}

    @app.post("/api/jobs")
    def submit() -> tuple[dict, int]:
        request.get_json()
        return {}, 201

    return app
