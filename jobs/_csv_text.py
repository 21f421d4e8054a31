"""The text of a CSV becomes clean records, block by block; what does not fit is put aside by line.

Clean is: one delimiter, the same number of fields in each record, quotes only where they belong. A line whose quote is
not closed is put aside alone, and reading goes on with the next one. No DuckDB here, no progress, no job.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator

from jobs._csv_plain import is_plain, is_utf8
from jobs._csv_sniff import fields_of, find_delimiter, is_header, unique_names, usual_fields

#: Bytes of one record, and lines of a quoted one: beyond it is a broken quote, or no CSV.
RECORD_BYTES_MAX, RECORD_LINES_MAX = 900_000, 1_000
#: A quoted field of more lines than this, each of which would be a record by itself, is two broken quotes.
FIELD_LINES = 20
#: Lines looked at to find the delimiter and the number of columns.
SNIFF_LINES = 1_000
#: Columns that are read; the rest is left out, and said so.
COLUMNS_MAX = 200
#: The encoding of a line that is not UTF-8: what spreadsheets on Windows write in the West.
FALLBACK = "cp1252"
OPEN_QUOTE = "a quote is opened and not closed"

#: Called with the number of a line, what is wrong with it, and its text.
PutAside = Callable[[int, str, str], None]
#: (fields, lines used, what is wrong) of a record. Neither fields nor anything wrong: an empty line.
Record = tuple[list[str] | None, int, str]


class CsvText:
    """The records of one CSV file: `head()` first, then `blocks()`, each once."""

    def __init__(self, chunks: Iterator[bytes], delimiter: str, header: str, put_aside: PutAside) -> None:
        """`delimiter` is a character or "auto"; `header` is "yes", "no" or "auto"."""
        self.delimiter = delimiter
        #: Names of the columns that are read.
        self.names: list[str] = []
        #: Records given out so far.
        self.rows = 0
        #: What the reader of a profile should know.
        self.notes: list[str] = []
        self._chunks, self._header, self._put_aside = chunks, header, put_aside
        self._blocks = self._whole_lines()
        #: Lines read and not cleaned yet, and whether a record ends with them.
        self._kept, self._closed = b"", True
        self._fields = 0
        self._line = 1
        self._foreign_lines = 0

    def head(self) -> None:
        """Find the delimiter, the number of columns and their names. Raises ValueError where there is no text."""
        self._kept, self._closed = next((pair for pair in self._blocks if pair[0]), (b"", True))
        sample = [line for line in map(_decode, self._kept.split(b"\n")[:SNIFF_LINES]) if line.strip()]
        if not sample:
            raise ValueError("it is empty. Upload a file with a header line and some rows.")
        if self.delimiter == "auto":
            self.delimiter = find_delimiter(sample)
        self._fields = usual_fields(sample, self.delimiter)[0]
        rows = [row for row in (fields_of(line, self.delimiter) for line in sample) if len(row) == self._fields]
        named = self._header == "yes" or (self._header == "auto" and is_header(rows))
        names = self._take_header() if named else [""] * self._fields
        self.names = unique_names(names[:COLUMNS_MAX])
        if self._fields > COLUMNS_MAX:
            self.notes.append(f"It has {self._fields:,} columns; the first {COLUMNS_MAX} are profiled.")

    def blocks(self) -> Iterator[bytes]:
        """Clean records in UTF-8, about a megabyte at a time."""
        yield self._clean(self._kept, self._closed)
        for block, closed in self._blocks:
            yield self._clean(self._kept + block, closed)
        if self._foreign_lines:
            self.notes.append(f"Lines that are not UTF-8 and were read as Windows-1252: {self._foreign_lines:,}.")

    def _whole_lines(self) -> Iterator[tuple[bytes, bool]]:
        """(block of whole lines, whether a record ends with it). A line that is too long is put aside in time."""
        rest = b""
        for chunk in self._chunks:
            rest += chunk
            end = rest.rfind(b"\n") + 1
            block, rest = rest[:end], rest[end:]
            too_long = len(rest) > RECORD_BYTES_MAX
            if block or too_long:
                yield block, too_long
            if too_long:
                # Whatever lies before it has been cleaned and counted by now.
                self._put_aside(self._line, f"longer than {RECORD_BYTES_MAX:,} bytes", _decode(rest[:1_000]))
                self._line += 1
                rest = self._behind_this_line()
        yield rest + b"\n" if rest else b"", True

    def _behind_this_line(self) -> bytes:
        for chunk in self._chunks:
            if end := chunk.find(b"\n") + 1:
                return chunk[end:]
        return b""

    def _take_header(self) -> list[str]:
        """The first record with the usual number of fields. Lines before it are put aside."""
        lines = self._kept.split(b"\n")[:-1]
        row, place = None, 0
        while row is None and place < len(lines):
            row, used, reason = self._record(lines, place, closed=True)
            if reason:
                self._put_aside(self._line, reason, _decode(lines[place]))
            place += used
            self._line += used
        self._kept = b"".join(line + b"\n" for line in lines[place:])
        return row or [""] * self._fields

    def _clean(self, block: bytes, closed: bool) -> bytes:
        self._kept = b""
        whole = self._fields <= COLUMNS_MAX
        if whole and is_plain(block, self.delimiter.encode(), self._fields):
            self._line += block.count(b"\n")
            self.rows += block.count(b"\n")
            return block
        rows = self._all_at_once(block)
        if rows is None:
            rows = list(self._one_by_one(block, closed))
        else:
            self._line += block.count(b"\n")
        self.rows += len(rows)
        return _written(rows if whole else (row[:COLUMNS_MAX] for row in rows), self.delimiter)

    def _all_at_once(self, block: bytes) -> list[list[str]] | None:
        """All records of the block, if nothing is wrong or strange with any of them."""
        if b"\0" in block or not is_utf8(block):
            return None
        reader = csv.reader(io.StringIO(block.decode(), newline="\n"), delimiter=self.delimiter, strict=True)
        rows, line = [], 0
        try:
            for row in reader:
                used, line = reader.line_num - line, reader.line_num
                if row or self._fields == 1:
                    rows.append(row or [""])
                    if len(rows[-1]) != self._fields or used > FIELD_LINES:
                        return None
        except csv.Error:
            return None
        return rows

    def _one_by_one(self, block: bytes, closed: bool) -> Iterator[list[str]]:
        """The good records; bad lines are put aside. A record that is open at the end waits for the next block."""
        lines = block.split(b"\n")[:-1]
        foreign = not is_utf8(block)
        place = 0
        while place < len(lines):
            row, used, reason = self._record(lines, place, closed)
            if used == 0:
                self._kept = b"".join(line + b"\n" for line in lines[place:])
                return
            if row is not None:
                yield row
            elif reason:
                self._put_aside(self._line, reason, _decode(lines[place]))
            if foreign:
                self._foreign_lines += sum(not is_utf8(line) for line in lines[place : place + used])
            place += used
            self._line += used

    def _record(self, lines: list[bytes], place: int, closed: bool) -> Record:
        """The record that begins here. No lines used: it goes on behind these lines."""
        line = lines[place]
        if not line.strip() and self._fields > 1:
            return None, 1, ""
        if b"\0" in line:
            return None, 1, "it has a NUL byte"
        if b'"' not in line and b"\r" not in line:
            return self._checked(_decode(line).split(self.delimiter), 1)
        following = _Lines(lines, place)
        try:
            row = next(csv.reader(following, delimiter=self.delimiter, strict=True))
        except csv.Error as error:
            goes_on = "unexpected end" in str(error) and following.all_used and not closed
            return (None, 0, "") if goes_on else (None, 1, _reason(str(error), following.used))
        used = following.used
        if used > FIELD_LINES and self._fields > 1 and all(map(self._looks_whole, lines[place : place + used])):
            return None, 1, OPEN_QUOTE
        return self._checked(row or [""], used)

    def _looks_whole(self, line: bytes) -> bool:
        return line.count(self.delimiter.encode()) == self._fields - 1

    def _checked(self, row: list[str], used: int) -> Record:
        if len(row) == self._fields:
            return row, used, ""
        if used > 1:
            return None, 1, OPEN_QUOTE
        return None, 1, f"{len(row):,} field{'s' * (len(row) != 1)} where {self._fields:,} were expected"


class _Lines:
    """The lines from a place on, as many as one record may have; counts those that were used."""

    def __init__(self, lines: list[bytes], place: int) -> None:
        self.used = 0
        self._lines, self._place = lines, place
        self._size = 0

    @property
    def all_used(self) -> bool:
        """Whether they ended because there were no more, not because they were too many."""
        return self._place + self.used == len(self._lines)

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if self.all_used or self.used == RECORD_LINES_MAX or self._size > RECORD_BYTES_MAX:
            raise StopIteration
        line = self._lines[self._place + self.used]
        self.used += 1
        self._size += len(line)
        return _decode(line) + "\n"


def _decode(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode(FALLBACK, "replace")


def _written(rows: Iterable[list[str]], delimiter: str) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    for row in rows:
        # A bare CR within a field would end the record for the next reader.
        writer.writerow([field.replace("\r", "\n") if "\r" in field else field for field in row])
    return out.getvalue().encode("utf-8", "replace")


def _reason(error: str, lines: int) -> str:
    """What the csv module complains of, in words."""
    if lines > 1 or "unexpected end" in error:
        return OPEN_QUOTE
    if "field limit" in error:
        return f"a field of more than {csv.field_size_limit():,} characters"
    return "a line break in the middle of a field" if "new-line" in error else "text after a closing quote"
