"""The rows of a table against a job type: which can be submitted, and what is wrong in the others. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from webapp.actions import arguments, cells
from webapp.actions.table import Row, Table
from webapp.offload import Breather

Show = Callable[[dict[str, Any]], dict[str, Any]]

#: Rows that are told in full: of all, and of those that are wrong.
TOLD = 100
#: Characters of a text that are told.
TEXT_CHARS = 200


@dataclass(frozen=True)
class Checked:
    """One row with the arguments that its job gets."""

    row: Row
    args: dict[str, Any]
    #: What is wrong, by argument; by "" for the row itself.
    problems: dict[str, str]

    def as_json(self, show: Show) -> dict[str, Any]:
        """For the preview: where a field is wrong, what stands there; without secrets."""
        wrong = {name: self.row.cells[name] for name in self.problems if name in self.row.cells}
        args = {name: _short(value) for name, value in show(self.args).items()}
        wrong = {name: _short(value) for name, value in show(wrong).items()}
        return {"row": self.row.number, "line": self.row.line, "args": args | wrong, "fields": self.problems}


@dataclass(frozen=True)
class Check:
    """What became of all rows."""

    good: list[Checked]
    wrong: list[Checked]
    #: What is wrong with columns, by name: then no row can be submitted.
    columns: dict[str, str]
    #: Arguments as they may be shown.
    show: Show = dict

    def as_json(self) -> dict[str, Any]:
        """Counts, and at most TOLD rows of either kind: the first ones."""
        first = sorted([*self.good[:TOLD], *self.wrong[:TOLD]], key=lambda one: one.row.number)[:TOLD]
        told = {"total": len(self.good) + len(self.wrong), "good": len(self.good), "wrong": len(self.wrong)}
        rows = {"rows": first, "wrong_rows": self.wrong[:TOLD]}
        shown = {name: [one.as_json(self.show) for one in some] for name, some in rows.items()}
        return told | {"columns": self.columns} | shown


def check(schema: Mapping[str, Any], table: Table, zone: tzinfo) -> Check:
    """Every row, converted where it is text. O(cells), about 0.1 ms a row. Raises arguments.Unusable."""
    shapes = schema.get("properties", {})
    columns = _check_columns(schema, table.columns)
    judge = arguments.checker(schema)
    good, wrong, breather = [], [], Breather()
    for row in table.rows:
        breather.breathe()
        if row.why:
            wrong.append(Checked(row, {}, {"": row.why}))
            continue
        args, problems = (row.cells, {}) if table.typed else _converted(schema, shapes, row, zone)
        problems = judge(args) | problems
        (wrong if problems or columns else good).append(Checked(row, args, problems))
    return Check(good, wrong, columns)


def _check_columns(schema: Mapping[str, Any], columns: list[str] | None) -> dict[str, str]:
    """Problems of a header, which every row would repeat."""
    if columns is None:
        return {}
    shapes = schema.get("properties", {})
    takes = f"it takes {', '.join(shapes)}" if shapes else "it takes none"
    problems = {name[:60]: f"is no argument of this job type; {takes}" for name in columns if name not in shapes}
    missing = (name for name in schema.get("required", ()) if name not in columns)
    return problems | dict.fromkeys(missing, "is missing in the first line")


def _converted(schema: Mapping[str, Any], shapes: Mapping[str, Any], row: Row, zone: tzinfo) -> tuple[dict, dict]:
    """(arguments, problems) of a row of texts."""
    args, problems = {}, {}
    required = schema.get("required", ())
    for name, text in row.cells.items():
        if name not in shapes:
            continue
        try:
            value = cells.convert(shapes[name], text, zone, name in required)
        except ValueError as problem:
            problems[name] = str(problem)
            continue
        if value is not cells.ABSENT:
            args[name] = value
    return args, problems


def _short(value: Any) -> Any:
    """A value that is fit to be shown in a cell."""
    text = value if isinstance(value, str) else None
    if text is None and isinstance(value, list | dict):
        text = str(value)
        if len(text) <= TEXT_CHARS:
            return value
    return value if text is None or len(text) <= TEXT_CHARS else f"{text[:TEXT_CHARS]}…"
