"""The links of a sitemap: XML or text, packed or not, alone or an index of more. All of its bytes are a stranger's.

The standard library's expat does it: a document type is refused before anything in it is read, and without one there
are no entities to expand and nothing outside to load. Size, depth and the length of a tag are bounded.
"""

import logging
import re
import zlib
from collections import deque
from collections.abc import AsyncIterator
from xml.parsers import expat

from jobs._link_trouble import LinkTrouble
from jobs._link_url import NotALink, shown
from jobs._link_walk import fetch
from jobs._link_wire import Wire

log = logging.getLogger(__name__)

#: Bytes of one sitemap, as it comes and unpacked: sitemaps.org's own limit.
SITEMAP_BYTES = 50 * 1024 * 1024
#: Sitemaps that are read for one job.
SITEMAPS_MAX = 50
#: Elements within each other: a sitemap has three, its extensions a few more.
DEPTH_MAX = 50
#: Bytes from one < to the next. A tag with millions of attributes would take a gigabyte.
TAG_BYTES = 64 * 1024
_ENDLESS = re.compile(rb"<[^<]{%d}" % TAG_BYTES)
_ROOTS = {"urlset": "url", "sitemapindex": "sitemap"}


class NotASitemap(ValueError):
    """What was read is no sitemap. The message says what it is instead."""


class Crawl:
    """The links of a sitemap and of those that it lists, at most `limit` links of SITEMAPS_MAX sitemaps."""

    def __init__(self, wire: Wire, address: str, limit: int) -> None:
        self._wire, self._limit = wire, limit
        self._waiting = deque([address.strip()])
        self._known = {self._waiting[0]}
        #: In the order in which they were found, each once.
        self.links: dict[str, None] = {}
        #: Sitemaps that were read, and that could not be.
        self.read = self.failed = 0
        #: True if there was more than was read.
        self.is_cut = False

    async def steps(self) -> AsyncIterator[str]:
        """Read one sitemap after the other, and give the address of each. Raises ValueError if the first is none."""
        while self._waiting and len(self.links) <= self._limit:
            address = self._waiting.popleft()
            try:
                links, is_index = read_sitemap(await fetch(self._wire, address, SITEMAP_BYTES), self._limit + 1)
            except (LinkTrouble, NotALink, NotASitemap) as error:
                self._fail(address, error)
            else:
                self.read += 1
                (self._queue if is_index else self._keep)(links)
            yield shown(address, 200)

    def _fail(self, address: str, error: Exception) -> None:
        place = shown(address, 200)
        if not self.read:
            raise ValueError(
                f"{place} cannot be read as a sitemap: {error}. Give the address of one, such as "
                "https://example.com/sitemap.xml, or a list of links."
            ) from None
        log.warning("Sitemap %s: %s", place, error)
        self.failed += 1

    def _queue(self, sitemaps: list[str]) -> None:
        news = [address for address in dict.fromkeys(sitemaps) if address not in self._known]
        room = SITEMAPS_MAX - len(self._known)
        self.is_cut |= len(news) > room
        self._known.update(news[:room])
        self._waiting.extend(news[:room])

    def _keep(self, links: list[str]) -> None:
        self.links.update(dict.fromkeys(links))
        self.is_cut |= len(self.links) > self._limit


def read_sitemap(data: bytes, limit: int) -> tuple[list[str], bool]:
    """(links, at most `limit`; whether they are of sitemaps). Raises NotASitemap."""
    if data[:2] == b"\x1f\x8b":
        data = _unpacked(data)
    start = data[:1000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.lower().startswith((b"http://", b"https://")):
        lines = (line.strip() for line in data.decode("utf-8-sig", "replace").splitlines())
        return [line for line in lines if line][:limit], False
    if _ENDLESS.search(data):
        raise NotASitemap(f"a tag or text in it is longer than {TAG_BYTES // 1000} kB")
    return _Reader(limit).read(data)


def _unpacked(data: bytes) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)
    try:
        plain = unpacker.decompress(data, SITEMAP_BYTES)
    except zlib.error:
        raise NotASitemap("it is packed with gzip and damaged") from None
    if unpacker.unconsumed_tail:
        raise NotASitemap(f"it is larger than {SITEMAP_BYTES // 1_000_000} MB when unpacked")
    return plain


class _Enough(Exception):
    """There are as many links as are wanted."""


class _Reader:
    """Collects <loc> where sitemaps have it: in the root's children, not in those of images and videos."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._path: list[str] = []
        self._text: list[str] | None = None
        self._links: list[str] = []
        self._root = ""

    def read(self, data: bytes) -> tuple[list[str], bool]:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        try:
            parser.Parse(data, True)
        except _Enough:
            pass
        except expat.ExpatError as error:
            raise NotASitemap(f"it is not XML ({expat.ErrorString(error.code)}, line {error.lineno})") from None
        return self._links, self._root == "sitemapindex"

    def _doctype(self, *_: object) -> None:
        raise NotASitemap("it has a document type, which no sitemap needs: it may be a web page, or an attack")

    def _start(self, tag: str, _: dict[str, str]) -> None:
        name = tag.rpartition(" ")[2]
        if not self._path:
            self._root = name
            if name not in _ROOTS:
                raise NotASitemap(f"its first element is <{name[:40]}>, not <urlset> or <sitemapindex>")
        if len(self._path) == DEPTH_MAX:
            raise NotASitemap(f"it nests more than {DEPTH_MAX} elements")
        self._path.append(name)
        if self._path == [self._root, _ROOTS[self._root], "loc"]:
            self._text = []

    def _characters(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def _end(self, _: str) -> None:
        if self._text is not None and len(self._path) == 3:
            self._links.append("".join(self._text).strip())
            self._text = None
            if len(self._links) >= self._limit:
                raise _Enough
        self._path.pop()
