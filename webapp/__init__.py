"""RQ Live's web process. `create_app()` is its table of contents.

Nothing is imported here before it is called: workers and the supervisor need `webapp.config` without Flask.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from webapp.config import Config


def create_app(config: "Config | None" = None) -> "Flask":
    """The Flask app for gunicorn. Reads no Redis and starts no thread: both happen on first use."""
    from flask import Flask

    from webapp import (
        api,
        assets,
        async_views,
        connections,
        errors,
        live,
        monitoring,
        pages,
        requests_log,
        room,
        security,
        sockets,
        turns,
    )
    from webapp.config import Config
    from webapp.live import socket
    from webapp.room import socket as room_socket

    config = config or Config.from_env()
    app = Flask(__name__, static_folder=None)
    app.config["RQLIVE"] = config
    app.json.sort_keys = False
    # Ids of older versions of RQ may hold any character, slashes too.
    app.url_map.merge_slashes = False
    async_views.init_app(app)
    connections.init_app(app, config)
    live.init_app(app, config)
    room.init_app(app, config)
    errors.init_app(app)
    requests_log.init_app(app)
    security.init_app(app)
    assets.init_app(app, config)
    sockets.init_app(app)
    turns.init_app(app)
    monitoring.init_app(app)
    app.register_blueprint(monitoring.bp, url_prefix=config.base_path or None)
    app.register_blueprint(pages.bp, url_prefix=config.base_path or None)
    if config.oidc_issuer:
        # Authlib is 18 MB and a third of a second: for those who use it.
        from webapp import provider_login

        app.register_blueprint(provider_login.bp, url_prefix=config.base_path or None)
    app.register_blueprint(socket.bp, url_prefix=config.base_path or None)
    app.register_blueprint(room_socket.bp, url_prefix=config.base_path or None)
    app.register_blueprint(api.load(), url_prefix=f"{config.base_path}/api")
    return app
