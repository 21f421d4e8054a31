"""What a CSV does not say: its delimiter, its number of columns, whether the first line names them. Pure guesses.

All look at the first lines only, and where they disagree at each line by itself: a broken quote spoils only its own.
"""

import csv
from collections import Counter

DELIMITERS = (",", ";", "\t", "|")
#: So many whole records are believed, though the next is broken, or cut off where the sample ends.
ENOUGH_RECORDS = 10


def fields_of(line: str, delimiter: str) -> list[str]:
    """The fields of one line, whatever is wrong with it."""
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return line.split(delimiter)


def find_delimiter(lines: list[str]) -> str:
    """The one that gives most lines the same number of fields, if more than one."""

    def agreement(delimiter: str) -> tuple[float, int]:
        fields, share = usual_fields(lines, delimiter)
        return (share if fields > 1 else 0.0, fields)

    return max(DELIMITERS, key=agreement)


def usual_fields(lines: list[str], delimiter: str) -> tuple[int, float]:
    """(number of fields that all records have, 1.0), or where they differ (that of most lines, their share of all)."""
    lengths = _record_lengths(lines, delimiter)
    if len(set(lengths)) == 1:
        return lengths.pop(), 1.0
    counts = Counter(len(fields_of(line, delimiter)) for line in lines)
    fields, times = max(counts.items(), key=lambda item: (item[1], item[0]))
    return fields, times / len(lines)


def _record_lengths(lines: list[str], delimiter: str) -> list[int]:
    """The number of fields of each record; a quoted field may go over many lines. Nothing if one breaks off early."""
    lengths = []
    try:
        for row in csv.reader((f"{line}\n" for line in lines), delimiter=delimiter, strict=True):
            lengths.append(len(row))
    except csv.Error:
        return lengths if len(lengths) >= ENOUGH_RECORDS else []
    return lengths


def is_header(rows: list[list[str]]) -> bool:
    """Whether the first row names the columns: it has no numbers, or has words where all others have numbers."""
    if not rows:
        return False
    first, rest = rows[0], rows[1:]
    if not any(map(_is_number, first)):
        return True
    return bool(rest) and any(
        name and not _is_number(name) and all(_is_number(row[place]) or not row[place] for row in rest)
        for place, name in enumerate(first)
    )


def unique_names(names: list[str]) -> list[str]:
    """A name for each column: where there is none, its place; where another has it already, a number behind it."""
    found: dict[str, None] = {}
    for place, name in enumerate(names, 1):
        wanted = " ".join(name.split())[:100] or f"column_{place}"
        unique, number = wanted, 1
        while unique in found:
            number += 1
            unique = f"{wanted}_{number}"
        found[unique] = None
    return list(found)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
