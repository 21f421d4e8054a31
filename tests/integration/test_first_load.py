"""What a browser loads before the Overview is drawn, as it comes over the wire: a budget that features share."""

import json
import re
import urllib.request
from collections.abc import Callable, Iterator

import pytest

from tests.processes import WebServer
from tests.servers import RedisServer

#: KiB in Brotli, as browsers take it over https and from their own machine. Korean brings the server's sentences along.
BUDGETS = {"en": 120, "ko": 125}


@pytest.fixture
def dashboard(redis_server: RedisServer, web_server: Callable[..., WebServer]) -> WebServer:
    return web_server(redis_server.url)


def load(dashboard: WebServer, path: str, language: str, encoding: str) -> tuple[str, int]:
    """The body as it was sent, and its size; the text only where it was not compressed."""
    headers = {"Accept-Encoding": encoding, "Accept-Language": language, "Accept": "text/html,*/*"}
    with urllib.request.urlopen(urllib.request.Request(dashboard.url + path, headers=headers)) as answer:
        body = answer.read()
        plain = answer.headers.get("Content-Encoding") is None
    return (body.decode(errors="replace") if plain else ""), len(body)


def first_files(dashboard: WebServer, shell: str, language: str) -> Iterator[str]:
    """Addresses of what the first screen needs: named by the shell, imported by name in its modules, and the words."""
    named = re.findall(r'<(?:link|script)\b[^>]*?(?:href|src)="([^"]+)"', shell)
    yield from named
    imports = json.loads(re.search(r'<script type="importmap">(.+?)</script>', shell)[1])["imports"]
    modules = [path for path in named if path.endswith(".js")]
    while modules:
        text = load(dashboard, modules.pop(), language, "identity")[0]
        for name in re.findall(r'\bfrom ?"([^".]+)"', text):
            if path := imports.pop(name, None):
                modules.append(path)
                yield path
    assets = re.search(r'data-assets="([^"]+)"', shell)[1]
    words = [language] if language == "en" else [language, f"said.{language}"]
    yield from (f"{assets}/i18n/{name}.json" for name in words)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_first_screen_keeps_its_budget(dashboard, language) -> None:
    shell = load(dashboard, "/", language, "identity")[0]
    size = load(dashboard, "/", language, "gzip")[1]
    files = list(dict.fromkeys(first_files(dashboard, shell, language)))
    assert len(files) > 60
    sizes = {path: load(dashboard, path, language, "br")[1] for path in files}
    total = size + sum(sizes.values())
    largest = sorted(sizes.items(), key=lambda item: -item[1])[:12]
    kib = total / 1024
    assert kib <= BUDGETS[language], f"{kib:.1f} KiB; the largest: {largest}"
