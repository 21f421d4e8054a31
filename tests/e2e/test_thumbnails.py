"""A ZIP of images in, a grid of thumbnails on the page: pictures are really seen, and nothing jumps as they come."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e import words
from tests.e2e.conftest import PHONE
from tests.pictures import encoded, halves, write_zip

#: Pictures that are there, of all that the page has: the others are out of sight, and not asked for yet.
SEEN = "all => all.map(one => one.complete && one.naturalWidth)"
BOXES = "all => all.map(one => [one.offsetTop, one.offsetLeft, one.offsetHeight])"
JUMPS = """() => {
  window.jumps = 0;
  const watcher = new PerformanceObserver((list) => list.getEntries().forEach((one) => { window.jumps += one.value; }));
  watcher.observe({type: "layout-shift"});
}"""


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A ZIP of 70 images, of which one is broken, and a text."""
    files = {f"trip/{n:02}.jpg": encoded(halves((640, 480), left=(3 * n, 90, 120))) for n in range(69)}
    files |= {"trip/broken.jpg": files["trip/00.jpg"][:700], "readme.txt": b"hello"}
    return write_zip(tmp_path / "photos.zip", files)


def submit(page: Page, photos: Path) -> None:
    """Send the ZIP by the form that the page shows, and wait until its job has finished."""
    page.locator('input[type="file"]').set_input_files(photos)
    expect(page.locator(".upload-file .s-ok")).to_be_visible()
    page.locator('form button[type="submit"]').click()
    words.expect_status(page, "finished", timeout=30_000)


def test_thumbnails_are_seen_and_taken_home(open_page, own_worker, photos) -> None:
    own_worker()
    page = open_page("/submit/thumbnails")
    expect(page.locator('input[type="file"]')).to_have_attribute("accept", ".zip")
    submit(page, photos)
    result = words.tab(page, "Result").get_by_test_id("thumbnails")
    expect(result).to_contain_text("69 thumbnails longer side 256 px")
    expect(result).to_contain_text("The first 60 are shown; the ZIP has all.")
    pictures = result.locator("img")
    expect(pictures).to_have_count(60)
    words.until(page, lambda: pictures.evaluate_all(SEEN)[:8] == [256] * 8)
    expect(result.get_by_role("img", name="Preview of trip/07.jpg")).to_be_visible()
    assert pictures.evaluate_all(SEEN)[-1] in (0, False), "it is out of sight"
    pictures.last.scroll_into_view_if_needed()
    words.until(page, lambda: pictures.evaluate_all(SEEN)[-1] == 256)

    broken = result.locator("details.broken")
    broken.locator("summary").click()
    expect(broken).to_contain_text("1 file gave no thumbnail")
    expect(broken.locator("li")).to_have_text("trip/broken.jpg ends before its picture does")
    expect(page.locator(".files a")).to_have_count(2)
    with page.expect_download() as download:
        page.locator(".files a", has_text="photos-thumbnails.zip").click()
    assert download.value.suggested_filename == "photos-thumbnails.zip"
    assert Path(download.value.path()).read_bytes()[:4] == b"PK\x03\x04"


def test_thumbnails_fit_on_a_phone_in_korean_and_nothing_jumps(open_page, own_worker, photos) -> None:
    own_worker()
    page = open_page("/submit/thumbnails", size=PHONE, language="ko-KR")
    submit(page, photos)
    held: list[Route] = []
    page.route("**/artifact?name=preview-*", lambda route: held.append(route))
    page.reload()
    result = page.get_by_test_id("thumbnails")
    expect(result).to_contain_text("썸네일 69개")
    expect(result.locator("details.broken summary")).to_have_text("파일 1개는 썸네일을 만들지 못했습니다")
    words.until(page, lambda: len(held) >= 4)
    boxes = result.locator("li").evaluate_all(BOXES)
    page.evaluate(JUMPS)
    while held:
        held.pop().continue_()
    words.until(page, lambda: result.locator("img").evaluate_all(SEEN)[:2] == [256] * 2)
    assert page.evaluate("window.jumps") == 0
    assert result.locator("li").evaluate_all(BOXES) == boxes
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.unroute_all(behavior="ignoreErrors")
