import asyncio
import gzip
import time
import tracemalloc
from collections.abc import Iterator

import pytest

from jobs import _link_sitemap
from jobs._link_guard import SETTING
from jobs._link_sitemap import NotASitemap, read_sitemap
from jobs.link_check import link_check
from tests.link_servers import Site

SPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


@pytest.fixture(autouse=True)
def _settings(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SETTING, "1")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as opened:
        yield opened


def urlset(*links: str) -> bytes:
    inside = "".join(f"<url><loc>{link}</loc><lastmod>2026-01-31</lastmod></url>" for link in links)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{SPACE}">{inside}</urlset>'.encode()


def index(*links: str) -> bytes:
    inside = "".join(f"<sitemap><loc> {link}\n</loc></sitemap>" for link in links)
    return f'<sitemapindex xmlns="{SPACE}">{inside}</sitemapindex>'.encode()


def page(body: bytes, **headers: str) -> tuple[int, dict[str, str], bytes]:
    return 200, headers, body


def check(address: str, **options) -> dict:
    return asyncio.run(link_check(["http://not-this.invalid/"], address, **options))


@pytest.mark.parametrize("packed", [False, True])
def test_the_links_of_a_sitemap_are_checked_and_not_those_of_the_list(site: Site, packed: bool) -> None:
    body = urlset(f"{site.url}/ok?a=1&amp;b=2", f"{site.url}/status/404", f"{site.url}/ok?a=1&amp;b=2")
    site.pages["/sitemap.xml"] = page(gzip.compress(body) if packed else body)
    result = check(f" {site.url}/sitemap.xml ")
    assert {row["url"]: row["outcome"] for row in result["rows"]} == {
        f"{site.url}/status/404": "client_error",
        f"{site.url}/ok?a=1&b=2": "ok",
    }
    assert (result["sitemaps"], result["sitemaps_failed"], result["is_cut"]) == (1, 0, False)
    assert site.methods("/sitemap.xml") == ["GET"]


def test_an_index_leads_to_its_sitemaps_each_of_them_once(site: Site) -> None:
    one, two, again = (f"{site.url}/{name}.xml" for name in ("one", "two", "index"))
    site.pages["/index.xml"] = page(index(one, two, one, again))
    site.pages["/one.xml"] = page(urlset(f"{site.url}/ok?1"))
    site.pages["/two.xml"] = page(gzip.compress(urlset(f"{site.url}/ok?2", f"{site.url}/ok?1")))
    result = check(again)
    assert (result["checked"], result["sitemaps"]) == (2, 3)
    assert [site.methods(f"/{name}.xml") for name in ("index", "one", "two")] == [["GET"]] * 3


def test_one_broken_sitemap_of_an_index_is_told_and_the_others_are_read(site: Site, caplog) -> None:
    site.pages["/index.xml"] = page(index(f"{site.url}/gone.xml", "ftp://a.test/", f"{site.url}/one.xml"))
    site.pages["/one.xml"] = page(urlset(f"{site.url}/ok"))
    result = check(f"{site.url}/index.xml")
    assert (result["checked"], result["sitemaps"], result["sitemaps_failed"]) == (1, 2, 2)
    assert f"Sitemap {site.url}/gone.xml: the answer is 404 Not Found" in caplog.text


def test_no_more_links_are_taken_than_was_said(site: Site) -> None:
    site.pages["/a.xml"] = page(urlset(*[f"{site.url}/ok?{number}" for number in range(30)]))
    site.pages["/b.xml"] = page(index(f"{site.url}/a.xml", f"{site.url}/c.xml"))
    found = [check(f"{site.url}/a.xml", limit=limit) for limit in (7, 30, 31)]
    assert [(each["checked"], each["is_cut"]) for each in found] == [(7, True), (30, False), (30, False)]
    assert check(f"{site.url}/b.xml", limit=7)["checked"] == 7
    assert site.methods("/c.xml") == []


def test_no_more_sitemaps_are_read_than_is_decent(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_link_sitemap, "SITEMAPS_MAX", 4)
    site.pages["/index.xml"] = page(index(*[f"{site.url}/{number}.xml" for number in range(9)]))
    for number in range(9):
        site.pages[f"/{number}.xml"] = page(urlset(f"{site.url}/ok?{number}"))
    result = check(f"{site.url}/index.xml")
    assert (result["sitemaps"], result["checked"], result["is_cut"]) == (4, 3, True)


def test_indexes_that_lead_to_each_other_for_ever_come_to_an_end(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_link_sitemap, "SITEMAPS_MAX", 6)
    for number in range(20):
        site.pages[f"/{number}.xml"] = page(index(f"{site.url}/{number + 1}.xml"))
    with pytest.raises(ValueError, match="There is no link to check"):
        check(f"{site.url}/0.xml")
    assert len(site.asked) == 6


def test_a_plain_list_is_a_sitemap_too(site: Site) -> None:
    site.pages["/sitemap.txt"] = page(b"\xef\xbb\xbf" + f"{site.url}/ok\r\n\r\n{site.url}/status/500\r\n".encode())
    assert check(f"{site.url}/sitemap.txt")["checked"] == 2


def test_a_sitemap_may_be_reached_by_redirects(site: Site) -> None:
    site.pages["/real.xml"] = page(urlset(f"{site.url}/ok"))
    assert check(f"{site.url}/to/301/real.xml")["checked"] == 1


def test_addresses_of_pictures_and_of_others_are_not_pages() -> None:
    data = f"""<urlset xmlns="{SPACE}" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
      <url><loc>http://a.test/</loc><image:image><image:loc>http://a.test/a.jpg</image:loc></image:image>
      <x><loc>http://a.test/x</loc></x></url><loc>http://a.test/y</loc><sitemap><loc>http://a.test/z</loc></sitemap>
      <url><loc><![CDATA[http://a.test/?a&b]]></loc></url></urlset>"""
    assert read_sitemap(data.encode(), 10) == (["http://a.test/", "http://a.test/?a&b"], False)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "latin-1"])
def test_other_encodings_of_xml_are_read(encoding: str) -> None:
    data = f'<?xml version="1.0" encoding="{encoding}"?><urlset><url><loc>http://a.test/é</loc></url></urlset>'
    assert read_sitemap(data.encode(encoding), 10) == (["http://a.test/é"], False)


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BILLION_LAUGHS = f'<!DOCTYPE urlset [<!ENTITY l0 "lol">{LAUGHS}]><urlset><url><loc>&l9;</loc></url></urlset>'
OUTSIDE = '<!DOCTYPE urlset [<!ENTITY x SYSTEM "file:///etc/passwd">]><urlset><url><loc>&x;</loc></url></urlset>'
OTHER = '<!DOCTYPE urlset SYSTEM "http://127.0.0.1/evil.dtd"><urlset><url><loc>http://a.test/</loc></url></urlset>'
PARAMETER = '<!DOCTYPE urlset [<!ENTITY % x SYSTEM "file:///etc/passwd">%x;]><urlset/>'


@pytest.mark.parametrize("bomb", [BILLION_LAUGHS, OUTSIDE, OTHER, PARAMETER, "<!DOCTYPE html><html></html>"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused_before_anything_in_it_is_read(bomb: str, encoding: str) -> None:
    began = time.monotonic()
    with pytest.raises(NotASitemap, match="it has a document type"):
        read_sitemap(bomb.encode(encoding), 10)
    assert time.monotonic() - began < 1


def test_an_entity_that_nobody_declared_is_no_xml() -> None:
    with pytest.raises(NotASitemap, match=r"not XML \(undefined entity, line 1\)"):
        read_sitemap(b"<urlset><url><loc>&boom;</loc></url></urlset>", 10)


def test_a_gzip_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_link_sitemap, "SITEMAP_BYTES", 2_000_000)
    bomb = gzip.compress(b"<urlset>" + b" " * 200_000_000, 1)
    tracemalloc.start()
    try:
        with pytest.raises(NotASitemap, match="larger than 2 MB when unpacked"):
            read_sitemap(bomb, 10)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"<urlset>" + b"<a>" * 5_000_000, "it nests more than 50 elements"),
        (b"<urlset><!--" + b"x" * 20_000_000 + b"--></urlset>", "longer than 65 kB"),
        (b"<urlset><url><loc>" + b"x" * 20_000_000 + b"</loc></url></urlset>", "longer than 65 kB"),
        (b"<urlset " + b" ".join(b'a%d=">"' % number for number in range(400_000)) + b"/>", "longer than 65 kB"),
    ],
    ids=["depth", "a comment", "a word", "attributes"],
)
def test_what_goes_on_without_end_is_refused_before_it_costs_anything(data: bytes, words: str) -> None:
    began = time.process_time()
    tracemalloc.start()
    try:
        with pytest.raises(NotASitemap, match=words):
            read_sitemap(data, 10)
        assert tracemalloc.get_traced_memory()[1] < 3_000_000
    finally:
        tracemalloc.stop()
    assert time.process_time() - began < 1


def test_more_than_a_sitemap_may_have_is_not_taken(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_link_sitemap, "SITEMAP_BYTES", 1_000_000)
    with pytest.raises(ValueError, match=r"cannot be read as a sitemap: it is larger than 1 MB\."):
        check(f"{site.url}/endless")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "it is not XML (no element found, line 1)"),
        (b"hello", "it is not XML (syntax error, line 1)"),
        (b"<html><body/></html>", "its first element is <html>, not <urlset> or <sitemapindex>"),
        (urlset("http://a.test/")[:90], "it is not XML"),
        (gzip.compress(urlset("http://a.test/"))[:10] + b"\xff" * 20, "it is packed with gzip and damaged"),
        (b"\xff\xfe\x00\x01", "it is not XML"),
    ],
)
def test_what_is_no_sitemap_ends_the_job_with_a_next_step(site: Site, body: bytes, words: str) -> None:
    site.pages["/sitemap.xml"] = page(body)
    with pytest.raises(ValueError, match="cannot be read as a sitemap") as caught:
        check(f"{site.url}/sitemap.xml")
    assert words in str(caught.value)
    assert "Give the address of one, such as https://example.com/sitemap.xml, or a list of links." in str(caught.value)


@pytest.mark.parametrize("address", ["sitemap.xml", "/etc/passwd", "file:///etc/passwd", "", "http://"])
def test_an_address_that_is_none_ends_the_job_with_a_next_step(address: str) -> None:
    with pytest.raises(ValueError, match=r"cannot be read as a sitemap: it .*Give the address of one"):
        check(address)


def test_sitemaps_are_told_in_the_progress_before_the_links(site: Site, run, post) -> None:
    site.pages["/sitemap.xml"] = page(urlset(f"{site.url}/ok", f"{site.url}/after/0.3"))
    with run:
        check(f"{site.url}/sitemap.xml")
    messages = [stages[0]["message"] for stages in post.progress if stages]
    assert messages[-1] == "Checking"
    assert messages[0] in ("Reading sitemaps", "Checking")
    assert all(len(stages) <= 1 for stages in post.progress)
