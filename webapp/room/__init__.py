"""The Room of a web process: everyone who is in it, on whichever server of this Redis, hears what is said; and whoever
has a job open sees who else has."""

from typing import Any

from flask import Flask, current_app

from webapp.config import Config
from webapp.live import events
from webapp.room.channel_layer import ChannelLayer
from webapp.room.loopback import Loopback
from webapp.room.relay import Relay


def build(app: Flask, config: Config) -> ChannelLayer:
    """The channel layer: through Redis where we may write to it, else among those who are on this server."""
    relay = Relay(app.extensions["connections"]) if config.may_write else Loopback()
    live = app.extensions["live"]

    def tell_lookers(job_id: str, looking: dict[str, Any]) -> None:
        live.hub.publish([events.presence(job_id, looking, live.looks.narrowed.facts(job_id))])

    return ChannelLayer(relay, tell_lookers)


def init_app(app: Flask, config: Config) -> None:
    app.extensions["room"] = build(app, config)


def current() -> ChannelLayer:
    """The channel layer of the current app."""
    return current_app.extensions["room"]
