import pytest

from jobs._link_url import NotALink, follow, parse, shown


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://a.test", "http://a.test/"),
        ("HTTPS://A.Test:443/B", "https://a.test/B"),
        ("https://a.test:80/", "https://a.test:80/"),
        ("http://a.test/?q=1#part", "http://a.test/?q=1"),
        (" http://a.test/a b\t", "http://a.test/a%20b"),
        ("http://a.test/한글?q=é", "http://a.test/%ED%95%9C%EA%B8%80?q=%C3%A9"),
        ("http://a.test/%7Ea%2Fb?x=%20", "http://a.test/%7Ea%2Fb?x=%20"),
        ("http://한국.kr/", "http://xn--3e0b707e.kr/"),
        ("http://faß.de/", "http://xn--fa-hia.de/"),
        ("http://under_score.a.test/", "http://under_score.a.test/"),
        ("http://[2001:DB8:0::1]:8080/x", "http://[2001:db8::1]:8080/x"),
    ],
)
def test_a_link_is_read_as_browsers_read_it(text: str, url: str) -> None:
    assert parse(text).url == url
    assert parse(parse(text).url) == parse(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ftp://a.test/", "does not begin with http"),
        ("//a.test/", "does not begin with http"),
        ("http:a.test", "names no host"),
        ("http:///a", "names no host"),
        ("http://a..test/", "no host that could be looked up"),
        (f"http://{'a' * 64}.test/", "no host that could be looked up"),
        (f"http://{'a.' * 130}test/", "no host that could be looked up"),
        ("http://a.test:99999/", "not spelt as a link"),
        ("http://a.test:http/", "not spelt as a link"),
        ("http://[::1/", "not spelt as a link"),
        ("http://[v1.a]/", "not spelt as a link"),
        ("http://me@a.test/", "user name"),
        ("http://me:secret@a.test/", "user name"),
        ("http://a.test/\ud800", "not spelt as a link"),
        ("http://☃☃.test:1/", "not spelt as a link"),
        ("http://a.test/" + "x" * 9000, "longer than 8,000 characters"),
    ],
)
def test_what_is_no_link_says_why(text: str, words: str) -> None:
    with pytest.raises(NotALink, match=words):
        parse(text)


def test_a_redirect_may_be_relative_in_every_way() -> None:
    start = parse("https://a.test/b/c?d")
    places = {"e": "/b/e", "/e": "/e", "?e": "/b/c?e", "../e": "/e", "": "/b/c?d"}
    assert {place: follow(start, place).path for place in places} == places
    assert follow(start, "//b.test/").url == "https://b.test/"
    with pytest.raises(NotALink, match="not spelt as a link"):
        follow(start, "http://[")


def test_a_link_is_shown_on_one_line_without_its_password_and_no_longer_than_asked() -> None:
    assert shown("http://me:secret@a.test/x@y\n\x1b[31m") == "http://…@a.test/x@y[31m"
    assert shown("http://a.test/" + "x" * 90, 30) == "http://a.test/" + "x" * 15 + "…"
