"""Many calls as text, CSV or JSON lines, to rows of cells: what stands where, and in which line. Pure."""

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from jobs import _keys
from webapp.errors import BadInput

FORMATS = ("csv", "jsonl")
#: Spreadsheets copy tabs, and write semicolons where the comma is a decimal mark.
DELIMITERS = ",\t;"


@dataclass(frozen=True)
class Row:
    """One call. `number` counts rows from 1; `line` is where it begins in the text."""

    number: int
    line: int
    #: By argument: texts where `Table.typed` is False, else JSON values.
    cells: dict[str, Any] = field(default_factory=dict)
    #: Why it is no row at all.
    why: str | None = None


@dataclass(frozen=True)
class Table:
    """All rows. `columns` are those of a header, None where each row names its own."""

    rows: list[Row]
    columns: list[str] | None = None
    #: Whether the cells are JSON values already.
    typed: bool = True


def from_objects(rows: Any) -> Table:
    """Rows that came as JSON. Raises BadInput."""
    if not isinstance(rows, list):
        raise _bad("rows", "must be a list of objects, each the arguments of one job")
    return Table([_object_row(number, number, row) for number, row in _numbered(enumerate(rows, 1))])


def from_text(text: Any, form: Any, parse: Callable[[bytes], Any]) -> Table:
    """The rows of a text; `parse` reads one JSON value and raises BadInput. Empty rows are no rows. Raises BadInput."""
    if form not in FORMATS:
        raise _bad("format", f"must be one of: {', '.join(FORMATS)}")
    if not isinstance(text, str) or not text.strip():
        raise _bad("text", "is empty")
    return _from_csv(text.removeprefix("\ufeff")) if form == "csv" else _from_lines(text.removeprefix("\ufeff"), parse)


def _from_csv(text: str) -> Table:
    first = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        records = _records(reader)
        _, header = next(records)
        columns = [name.strip() for name in _without_tail(header)]
        doubled = sorted({name for name in columns if columns.count(name) > 1})
        if doubled:
            raise _bad("text", f"has columns that stand twice in its first line: {', '.join(doubled)[:200]}")
        return Table([_csv_row(columns, *one) for one in _numbered(enumerate(records, 1))], columns, typed=False)
    except csv.Error as error:
        raise _bad("text", f"is no CSV in line {reader.line_num}: {error}") from None


def _records(reader: Any) -> Iterable[tuple[int, list[str]]]:
    """(line, cells) of each record that is not empty."""
    before = 0
    for record in reader:
        line, before = before + 1, reader.line_num
        if any(cell.strip() for cell in record):
            yield line, record


def _without_tail(cells: list[str]) -> list[str]:
    """Spreadsheets write empty cells behind the last."""
    filled = [n for n, cell in enumerate(cells, 1) if cell.strip()]
    return cells[: filled[-1]] if filled else []


def _csv_row(columns: list[str], number: int, found: tuple[int, list[str]]) -> Row:
    line, cells = found
    cells = _without_tail(cells) if len(cells) > len(columns) else cells
    if len(cells) > len(columns):
        return Row(number, line, why=f"has {len(cells)} cells, and the first line names {len(columns)}")
    return Row(number, line, dict(zip(columns, cells, strict=False)))


def _from_lines(text: str, parse: Callable[[bytes], Any]) -> Table:
    lines = ((at, line) for at, line in enumerate(text.split("\n"), 1) if line.strip())
    rows = []
    for number, (at, line) in _numbered(enumerate(lines, 1)):
        try:
            rows.append(_object_row(number, at, parse(line.encode("utf-8", "replace"))))
        except BadInput as error:
            rows.append(Row(number, at, why=_unread(error.message)))
    return Table(rows)


def _unread(message: str) -> str:
    """Why a line is no JSON; its parser speaks of a whole body, of which each line is line 1."""
    _, is_syntax, reason = message.partition("The body is not JSON: ")
    return f"is not JSON: {reason.replace('line 1 ', '', 1)}" if is_syntax else message


def _object_row(number: int, line: int, value: Any) -> Row:
    if isinstance(value, dict):
        return Row(number, line, value)
    return Row(number, line, why='must be an object such as {"seconds": 5}')


def _numbered(rows: Iterable[tuple[int, Any]]) -> Iterable[tuple[int, Any]]:
    """`rows`, as long as they are not too many."""
    for number, row in rows:
        if number > _keys.BATCH_ROWS_MAX:
            raise BadInput(
                f"These are more than {_keys.BATCH_ROWS_MAX:,} rows.",
                fix="Send them in parts, each with an id of its own.",
                code="too_many_rows",
                fields={"rows": f"must be at most {_keys.BATCH_ROWS_MAX:,}"},
            )
        yield number, row


def _bad(name: str, problem: str) -> BadInput:
    return BadInput("These rows cannot be read.", fix="Correct what `fields` names.", fields={name: problem})
