"""While Redis is slow or nearly full the page says so, in the reader's language, and what is shown stays live."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import words
from tests.integration.test_easing_off import SLEEPS, kept_busy
from tests.servers import RedisServer
from tests.support import page_words

LOCALES = {"en": "en-GB", "ko": "ko-KR"}


@pytest.mark.parametrize("own_redis_server", [SLEEPS], indirect=True)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_easing_off_is_said_with_its_reason_and_ends_by_itself(
    open_page: Callable[..., Page], own_redis_server: RedisServer, web_server, language
) -> None:
    said = page_words(language)
    server = web_server(url=own_redis_server.url, env={"RQLIVE_WRITE": 1})
    page = open_page("/", url=server.url, language=LOCALES[language])
    pill = words.live(page)
    with kept_busy(own_redis_server):
        expect(pill).to_have_attribute("data-level", "ease", timeout=30_000)
        expect(pill).to_contain_text(said["status.easing.slow"].partition("{")[0])
        expect(pill).to_have_attribute("data-live", "true")
        pill.click()
        expect(page.get_by_test_id("easing")).to_contain_text("ms")
        expect(page.get_by_test_id("easing")).to_contain_text(said["easing.slow"].rpartition("}")[2][-12:])
    expect(pill).to_have_attribute("data-level", "ok", timeout=40_000)
    expect(page.get_by_test_id("easing")).to_have_count(0)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_nearly_full_redis_is_told_with_what_stands_still(
    open_page: Callable[..., Page], own_redis_server: RedisServer, web_server, language
) -> None:
    redis = own_redis_server.connection()
    redis.setrange("theirs", 30_000_000, b"x")
    redis.config_set("maxmemory", int(redis.info("memory")["used_memory"] / 0.85))
    server = web_server(url=own_redis_server.url, env={"RQLIVE_WRITE": 1})
    page = open_page("/", url=server.url, language=LOCALES[language])
    words.live(page)
    banner = page.get_by_test_id("banner-memory")
    expect(banner).to_contain_text("8")
    expect(banner).to_contain_text(page_words(language)["banner.memory.fix"])
    redis.config_set("maxmemory", 0)
    expect(banner).to_have_count(0)
