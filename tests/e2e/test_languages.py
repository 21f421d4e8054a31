"""English and Korean: chosen by the browser, switched in Settings, remembered, and whole, with the server's words."""

import re

import pytest
import redis as redis_py
from playwright.sync_api import Page, expect
from rq import Queue

from tests import raw_jobs
from tests.e2e import words
from tests.processes import WebServer

TYPES = ("csv_profile", "execution_models", "link_check", "my_task", "prime_count", "thumbnails", "wait")
PAGES = ("/", "/jobs", "/jobs?status=failed", "/activity", "/room", "/submit", "/no-such-page")
#: What is English in every language: names, commands, code.
CODE = ".mono, code, pre, svg, script, style, noscript, .code, textarea, input, option"
#: Three English words in a row are no name.
SENTENCE = re.compile(r"[A-Za-z]{2,}(?: [a-z]{2,}){2,}")

READ = """skipped => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const said = []
    while (walker.nextNode()) if (!walker.currentNode.parentElement.closest(skipped)) said.push(walker.currentNode.data)
    for (const one of document.querySelectorAll("[title], [aria-label], [placeholder]"))
        for (const name of ["title", "aria-label", "placeholder"]) said.push(one.getAttribute(name) ?? "")
    return said
}"""


CANCEL = """id => import(`${document.documentElement.dataset.assets}/js/api.js`)
    .then((api) => api.act(id, "cancel", "started"))
    .catch((error) => [error.message, error.fix])"""


def english(page: Page) -> list[str]:
    """Sentences on the page that are English, seen or read aloud."""
    return [text for text in page.evaluate(READ, CODE) if SENTENCE.search(text)]


def choose(page: Page, button: str, language: str) -> None:
    page.get_by_role("button", name=button).click()
    page.get_by_role("radio", name=language).click()


def test_the_language_is_switched_in_settings_and_remembered_on_every_page(open_page, dashboard: WebServer) -> None:
    page = open_page("/jobs")
    expect(page.locator("h1")).to_have_text("Jobs")
    choose(page, "Settings", "한국어")
    expect(page.locator("h1")).to_have_text("작업")
    expect(page.locator("html")).to_have_attribute("lang", "ko")
    page.goto(f"{dashboard.url}/submit/wait")
    expect(page.locator("main h2")).to_have_text("기다리기")
    choose(page, "설정", "English")
    expect(page.locator("main h2")).to_have_text("Wait")
    assert english(page), "what is looked for below is found"


def test_who_chose_english_has_it_in_a_korean_browser(open_page) -> None:
    page = open_page(language="ko-KR")
    choose(page, "설정", "English")
    expect(page.locator("h1")).to_have_text("Overview")
    page.reload()
    expect(page.locator("h1")).to_have_text("Overview")


def test_no_page_has_an_english_sentence_for_a_korean_visitor(open_page, dashboard: WebServer) -> None:
    page = open_page(language="ko-KR", allowed=("404",))
    for path in (*PAGES, *(f"/submit/{name}" for name in TYPES)):
        page.goto(f"{dashboard.url}{path}")
        words.live(page)
        expect(page.locator("main :is(h1, h2)").last).to_be_visible()
        page.wait_for_load_state("networkidle")
        assert english(page) == [], path


def test_a_running_job_and_a_refusal_are_told_in_korean(open_page, redis: redis_py.Redis, own_worker) -> None:
    own_worker()
    job = Queue(connection=redis).enqueue("jobs.wait.wait", steps=100, seconds=60)
    page = open_page(f"/jobs/{job.id}", language="ko-KR", allowed=("409",))
    expect(page.get_by_test_id("job-progress")).to_contain_text("단계")
    expect(page.get_by_test_id("job-progress")).to_contain_text("기다리는 중")
    assert english(page) == []
    message, fix = page.evaluate(CANCEL, job.id)
    assert message.startswith("실행 중인 작업은 취소할 수 없고 중지해야 합니다. 지금 상태는")
    assert fix == "중지를 사용하세요."


#: Words of Hangul whose first and last letter do not stand on one line.
BROKEN_WORDS = """() => {
  const walk = document.createTreeWalker(document.querySelector("#root"), NodeFilter.SHOW_TEXT);
  const [broken, range] = [[], document.createRange()];
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    for (const { 0: word, index } of node.data.matchAll(/[가-힣]{2,}/g)) {
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      if (new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1) broken.push(word);
    }
  }
  return broken;
}"""


@pytest.mark.parametrize("path", ["/", "/groups", "/schedule", "/submit/wait"])
def test_korean_is_broken_between_words_and_never_within(open_page, path) -> None:
    page = open_page(path, size=(390, 844), language="ko-KR")
    expect(page.get_by_test_id("status")).to_have_attribute("data-live", "true")
    expect(page.locator(".skeleton")).to_have_count(0)
    assert page.evaluate(BROKEN_WORDS) == []


def test_a_masked_value_says_so_in_korean(open_page, redis) -> None:
    secret = raw_jobs.payload("elsewhere.run", kwargs={"password": "not to be read"})
    job = raw_jobs.listed(redis, "queued", data=secret)
    page = open_page(f"/jobs/{job}#arguments", language="ko-KR")
    expect(page.locator("dialog[data-testid=job] .tree-special")).to_contain_text("가려짐")
