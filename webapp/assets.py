"""Static files under a path that names their content: cached for ever, compressed once, served by WhiteNoise.

`/assets/<hash>/…` lets relative imports between modules inherit the hash. A page that is open across a deploy asks for
an older hash; it gets the present file, uncached, which is better than none.
"""

import base64
import hashlib
import json
import logging
import re
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from wsgiref.headers import Headers

from flask import Flask, abort, current_app, send_from_directory
from flask.typing import ResponseReturnValue
from whitenoise import WhiteNoise
from whitenoise.compress import Compressor

from webapp.config import Config
from webapp.security import HEADERS

log = logging.getLogger(__name__)

SOURCE = Path(__file__).resolve().parent / "static"
#: Compressed copies are kept here between starts.
KEPT = Path(__file__).resolve().parent.parent / "var" / "assets"
FOREVER = 365 * 24 * 3600
#: `import … from "./x.js"` and `export … from "./x.js"`, but not `import("./x.js")`, which is for later.
STATIC_IMPORT = re.compile(r'^(?:import|export)\b[^;("]*"(\.[^"]+)"', re.MULTILINE)
#: Files that gain nothing from compression.
PACKED = frozenset({".woff2", ".png"})


@dataclass(frozen=True)
class Assets:
    """The static files of this process."""

    #: hash over names and contents
    version: str
    #: where pages find them: `/assets/<version>`, below the base path
    url: str
    #: JSON of the import map, and the Content-Security-Policy hash that allows it
    import_map: str
    import_map_hash: str
    #: modules that the first screen needs, for modulepreload
    modules: tuple[str, ...]


def init_app(app: Flask, config: Config) -> None:
    """Serve the static files from now on. Compresses them at the first start after a change (under a second)."""
    version = fingerprint(_files())
    url = f"{config.base_path}/assets/{version}"
    import_map = _import_map(url)
    app.extensions["assets"] = Assets(
        version=version,
        url=url,
        import_map=import_map,
        import_map_hash="sha256-" + base64.b64encode(hashlib.sha256(import_map.encode()).digest()).decode(),
        modules=tuple(f"{url}/{path}" for path in _modules()),
    )
    app.config["IMPORT_MAP_CSP_HASH"] = app.extensions["assets"].import_map_hash
    folder = _compressed(version)
    app.wsgi_app = WhiteNoise(
        app.wsgi_app,
        root=folder,
        prefix=url,
        max_age=FOREVER,
        immutable_file_test=lambda path, url: True,
        allow_all_origins=False,
        add_headers_function=_protect,
    )
    app.add_url_rule(f"{config.base_path}/assets/<asked>/<path:path>", "asset", _present)


def _protect(headers: Headers, path: str, url: str) -> None:
    """WhiteNoise answers before Flask's own rules are asked."""
    for name, value in HEADERS.items():
        headers[name] = value


def fingerprint(files: Iterable[Path]) -> str:
    """Twelve characters that change with any name or content."""
    digest = hashlib.sha256()
    for path in files:
        digest.update(str(path.relative_to(SOURCE)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def _files() -> list[Path]:
    return sorted(path for path in SOURCE.rglob("*") if path.is_file())


def _import_map(url: str) -> str:
    manifest = json.loads((SOURCE / "vendor" / "manifest.json").read_text())
    imports = {entry["specifier"]: f"{url}/vendor/{entry['file']}" for entry in manifest if entry.get("specifier")}
    return json.dumps({"imports": imports}, separators=(",", ":"))


def _modules() -> list[str]:
    """What `main.js` reaches by static imports: without preloading, each level of them costs a round trip."""
    found, waiting = set(), [SOURCE / "js" / "main.js"]
    while waiting:
        module = waiting.pop()
        if module not in found:
            found.add(module)
            waiting += [(module.parent / name).resolve() for name in STATIC_IMPORT.findall(module.read_text())]
    return sorted(module.relative_to(SOURCE).as_posix() for module in found)


def _compressed(version: str) -> Path:
    """The folder of compressed copies of this version, made where it is not there yet."""
    folder = KEPT / version
    if folder.is_dir():
        return folder
    try:
        KEPT.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(dir=KEPT, prefix=".new-"))
    except OSError:
        work = Path(tempfile.mkdtemp(prefix="rqlive-assets-"))
    shutil.copytree(SOURCE, work, dirs_exist_ok=True)
    compressor = Compressor(quiet=True)
    for path in sorted(work.rglob("*")):
        if path.is_file() and path.suffix not in PACKED:
            compressor.compress(str(path))
    try:
        return work.rename(folder)
    except OSError:
        # Another process was first, or the folder may not be written: the copy at hand serves as well.
        return work


def _present(asked: str, path: str) -> ResponseReturnValue:
    """What WhiteNoise did not find: the present file for one of an older version, so that a page open across a deploy
    does not mix two addresses of the same module. Not to be cached."""
    if asked == current_app.extensions["assets"].version:
        abort(404, "There is no such file.")
    return send_from_directory(SOURCE, path, max_age=0)
