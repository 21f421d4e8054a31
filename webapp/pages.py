"""The HTML shell: one page whatever the address, so that each address can be opened directly."""

import gzip

from flask import Blueprint, Response, abort, current_app, render_template, request

from webapp.accounts import web
from webapp.config import Config

LANGUAGES = ("en", "ko")

bp = Blueprint("pages", __name__)


@bp.get("/")
@bp.get("/jobs")
@bp.get("/jobs/<path:job_id>")
@bp.get("/failures")
@bp.get("/workers")
@bp.get("/schedule")
@bp.get("/groups")
@bp.get("/stuck")
@bp.get("/health")
@bp.get("/activity")
@bp.get("/access")
@bp.get("/room")
@bp.get("/submit")
@bp.get("/submit/<name>")
def page(job_id: str | None = None, name: str | None = None) -> Response:
    """The shell; what it shows is decided by `static/js/router.js` from the address."""
    config: Config = current_app.config["RQLIVE"]
    assets = current_app.extensions["assets"]
    shell = render_template(
        "index.html",
        base=config.base_path,
        env=config.env,
        assets=assets.url,
        import_map=assets.import_map,
        modules=assets.modules,
        lang=request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0],
    )
    return _packed(shell)


def _packed(shell: str) -> Response:
    """It names seventy modules and packs to a fifth. Nothing in it is secret, so its size gives nothing away."""
    response = Response(shell, mimetype="text/html")
    response.vary.update(("Accept-Encoding", "Accept-Language"))
    if request.accept_encodings.quality("gzip") > 0:
        response.set_data(gzip.compress(shell.encode(), compresslevel=6, mtime=0))
        response.content_encoding = "gzip"
    return response


@bp.get("/login")
def log_in() -> Response:
    """Who are you? Asked where there are users, and of nobody who is known."""
    config: Config = current_app.config["RQLIVE"]
    if web.gate() is None:
        abort(404)
    assets, gate = current_app.extensions["assets"], web.gate()
    shell = render_template(
        "login.html",
        base=config.base_path,
        assets=assets.url,
        import_map=assets.import_map,
        passwords=bool(gate and gate.some_hash()),
        provider=config.oidc_label if config.oidc_issuer else None,
        lang=request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0],
    )
    return _packed(shell)


@bp.get("/<path:address>")
def elsewhere(address: str) -> Response:
    """The shell also for an address that shows nothing, so that the page says so and leads back; JSON for programs."""
    if address.partition("/")[0] in ("api", "assets", "live", "ws") or not request.accept_mimetypes.accept_html:
        abort(404)
    return page()
