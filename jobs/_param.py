"""`Param` and `Secret`: what a signature cannot say about a parameter, put into `Annotated[…]`. Imports dataclasses."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Param:
    """Help, title and limits of one parameter: `Annotated[int, Param(help="Steps to take", ge=1)]`.

    A plain string in `Annotated` is the help alone. Objects of other libraries that carry the same names as
    attributes (annotated_types) are understood too. A limit that does not suit the type is an error when published.
    """

    #: One sentence shown beside the field.
    help: str | None = None
    #: The field's label; "Failure rate" for `failure_rate` without it.
    title: str | None = None
    #: At least, more than, at most, less than: int and float.
    ge: float | None = None
    gt: float | None = None
    le: float | None = None
    lt: float | None = None
    #: A whole multiple of this: int and float.
    multiple_of: float | None = None
    #: Characters of a str, items of a list.
    min_length: int | None = None
    max_length: int | None = None
    #: A regular expression that a str must contain; put ^ and $ for the whole.
    pattern: str | None = None
    #: A str of several lines: the height of its text box.
    lines: int | None = None
    #: File name endings that an Upload may have: ".csv,.tsv".
    accept: str | None = None


@dataclass(frozen=True)
class Secret:
    """Nobody may read this parameter: `Annotated[str, Secret()]`.

    Its field is one for passwords and is never filled in again; RQ Live masks its value wherever the job is shown, also
    in its log, its result and its tracebacks. The job gets the value itself, and Redis holds it. For str, and
    `str | None`; a default is not published.
    """

    #: What `_signature.py` looks for.
    secret: bool = True
