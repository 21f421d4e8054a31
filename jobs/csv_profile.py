"""Job type: profile a CSV. Reads all of it, and says of each column what is in it; no row is lost to a bad line."""

import csv
import json
import logging
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Literal

from jobs import Artifact, Param, Upload, job_type, report_progress

log = logging.getLogger(__name__)

Delimiter = Literal["auto", ",", ";", "tab", "|"]
Encoding = Literal["auto", "utf-8", "utf-16", "windows-1252", "cp949", "shift_jis", "gb18030"]

#: Clean text that is loaded at once, and so the disk that it takes beside the table.
SEGMENT_BYTES = 64 * 1024 * 1024
#: What DuckDB holds in memory; beyond it, it works on disk.
MEMORY = "512MB"
THREADS_MAX = 4
#: Malformed lines in the result, and how much of each; malformed.csv has them whole.
SAMPLE, SAMPLE_CHARS = 20, 200


@job_type(title="Profile a CSV", timeout=3600)
def csv_profile(
    file: Annotated[Upload, Param(help="As it is, or packed with gzip.", accept=".csv,.tsv,.tab,.txt,.gz,.zip")],
    delimiter: Annotated[Delimiter, "What stands between two fields."] = "auto",
    header: Annotated[Literal["auto", "yes", "no"], "Whether the first line names the columns."] = "auto",
    encoding: Annotated[Encoding, "How letters are stored; auto knows UTF-8, UTF-16 and Windows-1252."] = "auto",
    missing: Annotated[list[str], Param(help="Words that stand for no value.", max_length=20)] = (
        ["NA", "N/A", "NULL", "null", "NaN", "nan"]  # noqa: B006 - never changed
    ),
) -> dict[str, Any]:
    """Say what is in each column of a CSV: its type, missing and distinct values, quantiles, a histogram.

    Lines that do not fit are counted and kept aside in malformed.csv; every other row is read. The whole profile can
    be downloaded as profile.json.
    """
    started, size = time.monotonic(), file.size
    try:
        with _database() as (con, folder), _Aside() as aside:
            text = _read(con, folder, file, delimiter, header, encoding, missing, aside)
            columns = _profile(con, text)
    except ValueError as error:
        raise ValueError(f"{file.name} cannot be profiled: {error}") from None
    for note in text.notes:
        log.warning(note)
    result = {
        "view": "profile",
        "name": file.name,
        "bytes": size,
        "rows": text.rows,
        "seconds": round(time.monotonic() - started, 2),
        "delimiter": text.delimiter,
        "columns": columns,
        "malformed": {"count": aside.count, "sample": aside.sample},
        "notes": text.notes,
    }
    log.info("Rows: %s; columns: %s; malformed lines: %s", f"{text.rows:,}", len(columns), f"{aside.count:,}")
    whole = Artifact("profile.json", "application/json")
    whole.write(json.dumps(result, ensure_ascii=False, indent=1))
    return result | {"artifacts": [whole, *aside.artifacts]}


def _read(
    con: Any, folder: str, file: Upload, delimiter: str, header: str, encoding: str, missing: list[str], aside: "_Aside"
) -> Any:
    """Load all records into the table `rows`; returns the CsvText that they came from."""
    from jobs._csv_open import text_chunks, unpacked
    from jobs._csv_text import CsvText

    size = file.size
    with open(file.path(), "rb") as raw, _Loader(con, os.path.join(folder, "segment.csv")) as loader:
        chunks = text_chunks(unpacked(raw), encoding)
        text = CsvText(chunks, "\t" if delimiter == "tab" else delimiter, header, aside.put)
        text.head()
        log.info("Columns: %s; delimiter: %r", len(text.names), text.delimiter)
        loader.create(len(text.names), text.delimiter, missing)
        for block in text.blocks():
            loader.add(block)
            report_progress(raw.tell(), size, "Reading", unit="bytes")
        loader.load()
        report_progress(size, size, "Reading", unit="bytes")
    loaded = con.execute("select count(*) from rows").fetchone()[0]
    if loaded != text.rows:
        raise RuntimeError(f"{text.rows:,} rows were read and {loaded:,} loaded. Please report this, with the file.")
    return text


def _profile(con: Any, text: Any) -> list[dict[str, Any]]:
    from jobs._csv_columns import profile_column

    columns = []
    for place, name in enumerate(text.names):
        report_progress(place, len(text.names), f"Profiling {name}", unit="columns")
        columns.append(profile_column(con, f"c{place}", name, text.rows))
    report_progress(len(text.names), len(text.names), "Profiling", unit="columns")
    return columns


@contextmanager
def _database() -> Iterator[tuple[Any, str]]:
    """A DuckDB in a temporary folder, gone with it: what does not fit into MEMORY goes to disk there."""
    import duckdb

    with tempfile.TemporaryDirectory(prefix="rqlive-csv-") as folder:
        settings = {
            "memory_limit": MEMORY,
            "threads": min(os.cpu_count() or 1, THREADS_MAX),
            "temp_directory": os.path.join(folder, "spilled"),
            "preserve_insertion_order": False,
        }
        with duckdb.connect(os.path.join(folder, "rows.duckdb"), config=settings) as con:
            con.execute("set enable_progress_bar = false")
            yield con, folder


class _Loader:
    """Gathers clean text and loads it into the table `rows`, a segment at a time."""

    def __init__(self, con: Any, path: str) -> None:
        self._con, self._path = con, path
        self._file = open(path, "wb")  # noqa: SIM115 - closed by __exit__
        self._insert = ""

    def __enter__(self) -> "_Loader":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def create(self, count: int, delimiter: str, missing: list[str]) -> None:
        """Create the table: so many columns of text."""
        columns = [f"c{place}" for place in range(count)]
        self._con.execute(f"create table rows ({', '.join(f'{column} varchar' for column in columns)})")
        kinds = ", ".join(f"'{column}': 'VARCHAR'" for column in columns)
        words = ", ".join("'" + word.replace("'", "''") + "'" for word in ["", *missing])
        self._insert = (
            f"insert into rows select * from read_csv('{self._path}', auto_detect = false, header = false, "
            f"delim = '{delimiter}', quote = '\"', escape = '\"', columns = {{{kinds}}}, nullstr = [{words}])"
        )

    def add(self, block: bytes) -> None:
        """Take clean text; load what has been gathered when it is enough."""
        self._file.write(block)
        if self._file.tell() >= SEGMENT_BYTES:
            self.load()

    def load(self) -> None:
        """Load what has been gathered."""
        if self._file.tell():
            self._file.flush()
            self._con.execute(self._insert)
            self._file.seek(0)
            self._file.truncate()


class _Aside:
    """Where malformed lines are put: all in malformed.csv, the first few in the result."""

    def __init__(self) -> None:
        self.count = 0
        self.sample: list[dict[str, Any]] = []
        self.artifacts: list[Artifact] = []
        self._file: Any = None

    def __enter__(self) -> "_Aside":
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def put(self, line: int, reason: str, text: str) -> None:
        """Put one line aside."""
        if self._file is None:
            self.artifacts.append(Artifact("malformed.csv", "text/csv"))
            self._file = self.artifacts[0].open("w", encoding="utf-8", errors="replace", newline="")
            csv.writer(self._file).writerow(["line", "reason", "text"])
            log.warning("Line %d is malformed: %s", line, reason)
        self.count += 1
        csv.writer(self._file).writerow([line, reason, text])
        if len(self.sample) < SAMPLE:
            self.sample.append({"line": line, "reason": reason, "text": text[:SAMPLE_CHARS]})
