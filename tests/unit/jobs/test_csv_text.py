import gzip
import io
import random
import zipfile

import pytest

from jobs import _csv_open, _csv_text
from jobs._csv_open import text_chunks, unpacked
from jobs._csv_sniff import find_delimiter, is_header, unique_names
from jobs._csv_text import COLUMNS_MAX, OPEN_QUOTE, RECORD_BYTES_MAX, RECORD_LINES_MAX, CsvText


class Read:
    """A whole file, read."""

    def __init__(self, data: bytes, delimiter: str = "auto", header: str = "auto", encoding: str = "auto") -> None:
        self.aside: list[tuple[int, str, str]] = []
        chunks = text_chunks(unpacked(io.BytesIO(data)), encoding)
        text = CsvText(chunks, delimiter, header, lambda *line: self.aside.append(line))
        text.head()
        self.clean = b"".join(text.blocks()).decode()
        self.names, self.rows, self.notes, self.delimiter = text.names, text.rows, text.notes, text.delimiter


@pytest.fixture(params=[16, 64, 1024 * 1024])
def _any_chunk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file in pieces of so many bytes."""
    monkeypatch.setattr(_csv_open, "CHUNK", request.param)


def test_plain_text_is_given_out_as_it_is() -> None:
    read = Read(b"id,name\n1,a\n2,b\n")
    assert (read.names, read.rows, read.clean, read.aside) == (["id", "name"], 2, "1,a\n2,b\n", [])


def test_the_last_line_needs_no_newline() -> None:
    assert Read(b"id,name\n1,a\n2,b").clean == "1,a\n2,b\n"


def test_no_row_is_lost_after_a_broken_quote() -> None:
    lines = [f'{number},"name {number}",{number * 2}' for number in range(5000)]
    lines[1000] = '1000,"broken,2000'
    lines[3000] = '3000,"also" broken,6000'
    read = Read(("id,name,value\n" + "\n".join(lines)).encode())
    assert read.rows == 4998
    assert read.aside == [(1002, OPEN_QUOTE, lines[1000]), (3002, "text after a closing quote", lines[3000])]


def test_a_broken_quote_in_the_last_line_is_put_aside_alone() -> None:
    read = Read(b'id,name\n1,a\n2,"b\n')
    assert (read.rows, read.aside) == (1, [(3, OPEN_QUOTE, '2,"b')])


def test_a_broken_quote_with_no_other_quote_behind_it_is_put_aside_alone() -> None:
    rows = "".join(f"{number},x\n" for number in range(RECORD_LINES_MAX * 2))
    read = Read(f'id,name\n0,"broken\n{rows}'.encode())
    assert (read.rows, read.aside) == (RECORD_LINES_MAX * 2, [(2, OPEN_QUOTE, '0,"broken')])


@pytest.mark.usefixtures("_any_chunk")
def test_a_quoted_field_may_hold_newlines_delimiters_and_quotes() -> None:
    read = Read(b'id,text\n1,"two\nlines, ""quoted"""\n2,"x"\n3,"a\r\nb"\n')
    assert (read.rows, read.aside) == (3, [])
    assert read.clean.splitlines()[:3] == ['1,"two', 'lines, ""quoted"""', "2,x"]


def test_quotes_around_whole_fields_are_given_out_as_they_are() -> None:
    data = '"id","text"\n"1","x"\n2,"a, b"\n"",3\n"4",\n'
    read = Read(data.encode())
    assert (read.rows, read.aside) == (4, [])
    assert read.clean == data.partition("\n")[2]


@pytest.mark.parametrize(
    "lines",
    [
        ['1,"open,x', '2,close",y'],
        ['1,"open,x', "2,plain,y", '3,close",z'],
        ['",",a,b', '5" x 6" y,1,2'],
        ['"x"y,z,1', 'x"y",z,1'],
        ['"a,"b","c",1', '"b",a","c",1'],
    ],
)
def test_two_broken_quotes_that_seem_to_belong_together_swallow_nothing_between_them(lines: list[str]) -> None:
    """What lies more than a few lines apart is read; so near, a quoted field over lines is meant more often."""
    between = [f'{number},"q {number}",x' for number in range(100)]
    read = Read("\n".join(["a,b,c", lines[0], *between, *lines[1:]]).encode(), header="yes")
    assert {line.replace('"', "") for line in between} <= set(read.clean.replace('"', "").splitlines())
    assert read.rows + len(read.aside) == len(between) + len(lines)


def test_plain_lines_between_two_broken_quotes_are_read() -> None:
    between = [f"{number},plain,x" for number in range(100)]
    read = Read("\n".join(["a,b,c", '1,"open,x', *between, '2,close",y']).encode(), header="yes")
    assert read.clean.splitlines()[:100] == between
    assert read.aside[0] == (2, OPEN_QUOTE, '1,"open,x')


def test_a_long_text_in_quotes_is_one_field() -> None:
    text = "\n".join(f"line {number}, of some length" for number in range(200))
    read = Read(f'id,text,last\n1,"{text}",x\n2,y,z\n'.encode())
    assert (read.rows, read.aside) == (2, [])


@pytest.mark.usefixtures("_any_chunk")
def test_wrong_numbers_of_fields_are_told_by_line() -> None:
    read = Read(b'a,b,c\n1,2,3\n1,2\n1,2,3,4\n\n"1\n1",2,3\n5\n4,5,6\n')
    assert (read.rows, read.clean) == (3, '1,2,3\n"1\n1",2,3\n4,5,6\n')
    assert read.aside == [
        (3, "2 fields where 3 were expected", "1,2"),
        (4, "4 fields where 3 were expected", "1,2,3,4"),
        (8, "1 field where 3 were expected", "5"),
    ]


def test_a_quote_within_a_field_is_part_of_it() -> None:
    read = Read(b'id,size\n1,5" pipe\n2,6"\n')
    assert (read.rows, read.clean, read.aside) == (2, '1,"5"" pipe"\n2,"6"""\n', [])


def test_a_line_with_a_nul_byte_is_put_aside() -> None:
    read = Read(b"id,name\n1,a\n2,b\0c\n3,d\n")
    assert (read.rows, read.aside) == (2, [(3, "it has a NUL byte", "2,b\0c")])


def test_a_line_too_long_for_memory_is_put_aside_and_reading_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_csv_open, "CHUNK", 64 * 1024)
    long = b"2," + b"x" * (RECORD_BYTES_MAX * 2) + b"\n"
    read = Read(b"id,name\n1,a\n" + long + b"3,c\n4\n5,e\n")
    assert (read.rows, read.clean) == (3, "1,a\n3,c\n5,e\n")
    assert [(line, reason) for line, reason, _ in read.aside] == [
        (3, f"longer than {RECORD_BYTES_MAX:,} bytes"),
        (5, "1 field where 2 were expected"),
    ]


@pytest.mark.parametrize("newline", [b"\n", b"\r\n", b"\r"])
@pytest.mark.usefixtures("_any_chunk")
def test_newlines_of_any_system_are_read(newline: bytes) -> None:
    read = Read(newline.join([b"id,name", b"1,a", b"2,b", b""]))
    assert (read.names, read.rows, read.aside) == (["id", "name"], 2, [])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.usefixtures("_any_chunk")
def test_unicode_of_any_kind_is_read(encoding: str) -> None:
    read = Read("id;名前\n1;é\n2;한글\n".encode(encoding))
    assert (read.names, read.clean, read.aside) == (["id", "名前"], "1;é\n2;한글\n", [])


def test_big_endian_utf_16_is_known_by_its_mark() -> None:
    assert Read(b"\xfe\xff" + "a,b\n1,é\n".encode("utf-16-be")).clean == "1,é\n"


def test_lines_of_windows_1252_are_read_and_counted() -> None:
    read = Read("id,name\n1,a\n2,café\n3,naïve\n".encode("cp1252"))
    assert (read.clean, read.aside) == ("1,a\n2,café\n3,naïve\n", [])
    assert read.notes == ["Lines that are not UTF-8 and were read as Windows-1252: 2."]


def test_another_encoding_is_read_when_asked_for_and_refused_when_it_is_not_that() -> None:
    assert Read("id,이름\n1,한글\n".encode("cp949"), encoding="cp949").names == ["id", "이름"]
    with pytest.raises(ValueError, match=r"it is not shift_jis .* Choose its encoding, or `auto`"):
        Read(b"id,name\n1,\xff\xff\xff\n", encoding="shift_jis")


@pytest.mark.parametrize(("delimiter", "data"), [(";", b"a;b\n1,5;2\n"), ("\t", b"a\tb\n1\t2\n"), ("|", b"a|b\n1|2\n")])
def test_the_delimiter_is_found(delimiter: str, data: bytes) -> None:
    read = Read(data)
    assert (read.delimiter, read.names, read.rows) == (delimiter, ["a", "b"], 1)


def test_decimal_commas_are_no_delimiters() -> None:
    assert find_delimiter(["a;b", "1,5;2,5", "3,5;4,5"]) == ";"


def test_one_column_keeps_its_empty_lines_as_missing_values() -> None:
    read = Read(b"name\na\n\nb\n")
    assert (read.names, read.rows, read.clean) == (["name"], 3, "a\n\nb\n")


def test_one_column_with_quotes_keeps_them_too() -> None:
    read = Read(b'name\n"a, b"\n\n"c"\n')
    assert (read.rows, read.clean) == (3, '"a, b"\n\n"c"\n')


def test_lines_before_the_header_are_put_aside() -> None:
    read = Read(b"Report of today\n\nid,name\n1,a\n2,b\n")
    assert (read.names, read.rows) == (["id", "name"], 2)
    assert read.aside == [(1, "1 field where 2 were expected", "Report of today")]


def test_a_quote_broken_right_behind_the_title_does_not_hide_the_columns() -> None:
    rows = "".join(f"{number},x\n" for number in range(50))
    read = Read(f'Report\n"broken,x\nid,name\n{rows}'.encode())
    assert (read.names, read.rows) == (["id", "name"], 50)
    assert [line for line, *_ in read.aside] == [1, 2]


@pytest.mark.parametrize(
    ("data", "header", "names", "rows"),
    [
        (b"1,2\n3,4\n", "auto", ["column_1", "column_2"], 2),
        (b"1,2\n3,4\n", "yes", ["1", "2"], 1),
        (b"a,b\nc,d\n", "no", ["column_1", "column_2"], 2),
        (b"country,2019\nKR,5\nDE,6\n", "auto", ["column_1", "column_2"], 3),
        (b"id,2019\n1,5\n2,6\n", "auto", ["id", "2019"], 2),
        (b"a,a,,a\n1,2,3,4\n", "auto", ["a", "a_2", "column_3", "a_3"], 1),
        (b'"a\nb",c\n1,2\n', "auto", ["a b", "c"], 1),
        (b"id,name\n", "auto", ["id", "name"], 0),
        (b"id", "auto", ["id"], 0),
    ],
)
def test_the_header_is_found_or_done_without(data: bytes, header: str, names: list[str], rows: int) -> None:
    read = Read(data, header=header)
    assert (read.names, read.rows) == (names, rows)


def test_a_header_is_known_by_words_over_numbers() -> None:
    assert is_header([["a", "b"], ["1", "2"]])
    assert not is_header([["1", "b"]])
    assert not is_header([])
    assert unique_names(["x", "x", "x_2"]) == ["x", "x_2", "x_2_2"]


def test_of_very_many_columns_the_first_are_read_and_it_says_so() -> None:
    wide = COLUMNS_MAX * 5
    rows = [[f"c{place}" for place in range(wide)], [str(place) for place in range(wide)], *[["x"] * wide] * 9]
    read = Read("\n".join(map(",".join, rows)).encode())
    assert (len(read.names), read.rows) == (COLUMNS_MAX, 10)
    assert read.clean.splitlines()[0].endswith(f",{COLUMNS_MAX - 1}")
    assert read.notes == [f"It has 1,000 columns; the first {COLUMNS_MAX} are profiled."]


def zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "."), data)
    return out.getvalue()


def test_packed_files_are_read() -> None:
    for packed in (gzip.compress(b"a,b\n1,2\n"), zipped(data__csv=b"a,b\n1,2\n")):
        assert Read(packed).clean == "1,2\n"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "it is empty. Upload a file with a header line"),
        (b"\n\n  \n", "it is empty"),
        (b"\xef\xbb\xbf", "it is empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(500), "it is an image, not a CSV"),
        (b"%PDF-1.7\n", "it is a PDF"),
        (random.Random(1).randbytes(5000), "it is not text. Upload a CSV"),
        (bytes(5000), "it is not text"),
        (b"BZh91AY", "packed with bzip2"),
        (zipped(a=b"1", b=b"2"), "it is a zip of 2 files. Upload one of them"),
        (zipped(**{"[Content_Types]__xml": b"x", "sheet": b"y"}), "it is a workbook, not a CSV"),
        (b"PK\x03\x04" + bytes(50), "it is a zip that cannot be read"),
        (gzip.compress(b"a,b\n1,2\n" * 1000)[:30], "it is damaged or breaks off"),
        (b"\x1f\x8b" + bytes(50), "it is damaged or breaks off"),
    ],
)
def test_what_is_no_csv_is_refused_with_a_next_step(data: bytes, words: str) -> None:
    with pytest.raises(ValueError, match="it is ") as caught:
        Read(data)
    assert words in str(caught.value)
    assert str(caught.value).endswith(".")


def test_whatever_is_in_it_each_line_is_a_row_or_put_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Random lines, each a record of its own: none may be lost, none counted twice, each at its place."""
    dice = random.Random(20260131)
    good = ['{n},"q, {n}",x', "{n},plain,x", '{n},"say ""hi""",x', '{n},5" pipe,x']
    bad = ["{n},too,many,fields", "{n}", '{n},"open,x', '{n},"a"b,x', "{n},\0,x"]
    for size in (50, 1000, 100_000):
        monkeypatch.setattr(_csv_open, "CHUNK", size)
        kinds = [(dice.choice(bad), False) if dice.random() < 0.1 else (dice.choice(good), True) for _ in range(2000)]
        lines = [kind.format(n=number) for number, (kind, _) in enumerate(kinds)]
        read = Read(("id,text,last\n" + "\n".join(lines) + "\n").encode(), header="yes")
        assert [line - 2 for line, *_ in read.aside] == [number for number, (_, fine) in enumerate(kinds) if not fine]
        assert read.rows == sum(fine for _, fine in kinds)


def test_a_quoted_record_is_never_longer_than_its_limit() -> None:
    assert _csv_text.RECORD_LINES_MAX * 2 < RECORD_BYTES_MAX
