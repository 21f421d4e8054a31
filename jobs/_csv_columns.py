"""What is in one column: its type, what is missing, how its values are spread. SQL for DuckDB, one column at a time.

The table holds text only, so that no value is lost to a guess; each column is read as the narrowest type that all of
its values have. A connection of DuckDB comes in, JSON values go out.
"""

from datetime import date, datetime, time, timedelta
from typing import Any

#: Distinct values are counted up to here; beyond it they are estimated (HyperLogLog, 2 % off) without a hash table.
EXACT_DISTINCT_MAX = 100_000
#: Values up to which quantiles are exact: they are held in memory, 8 bytes each. Beyond it a sketch is used.
EXACT_QUANTILES_MAX = 10_000_000
BINS = 20
TOP = 5
#: Characters of a value that is shown.
VALUE_CHARS = 80
#: Values in which a type is looked for before all of them are asked.
SAMPLE = 2_000
QUANTILES = {"p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}

# A leading zero makes a code: 007 and 0x1f are text, 0 and 0.5 are numbers.
_NO_CODE = "not (starts_with(v, '0') and length(v) > 1 and not starts_with(v, '0.'))"
_DIGIT_FIRST = "v between '0' and ':'"
# Python knows no other years.
_IN_CALENDAR = f"try_cast(v as date) between '0001-01-01' and '9999-12-31' and {_DIGIT_FIRST}"
#: Type -> (how a value is read, what is true of each). The first that suits all values is the column's.
TYPES: dict[str, tuple[str, str]] = {
    "boolean": ("lower(v)", "lower(v) in ('true', 'false', 'yes', 'no', 't', 'f', 'y', 'n')"),
    "integer": ("try_cast(v as bigint)", f"try_cast(v as bigint) is not null and not contains(v, '.') and {_NO_CODE}"),
    "number": ("try_cast(v as double)", f"try_cast(v as double) is not null and {_NO_CODE}"),
    "date": ("try_cast(v as date)", f"{_IN_CALENDAR} and length(v) <= 10"),
    "datetime": ("try_cast(v as timestamp)", f"{_IN_CALENDAR} and try_cast(v as timestamp) is not null"),
    "time": ("try_cast(v as time)", f"try_cast(v as time) is not null and contains(v, ':') and {_DIGIT_FIRST}"),
}


def profile_column(con: Any, column: str, name: str, rows: int) -> dict[str, Any]:
    """The profile of one column of the table `rows`. `column` is its name there, `name` the one to show."""
    values = f"(select {column} as v from rows where {column} is not null)"
    present = _one(con, f"select count({column}) from rows")
    kind = _type_of(con, values) if present else "empty"
    read = TYPES[kind][0] if kind in TYPES else "v"
    typed = f"(select {read} as x from {values})"
    distinct, is_estimate = _distinct(con, typed) if present else (0, False)
    profile = {
        "name": name,
        "type": kind,
        "missing": rows - present,
        "distinct": distinct,
        "distinct_is_estimate": is_estimate,
        "min": None,
        "max": None,
        "mean": None,
        "quantiles": None,
        "histogram": None,
        "top": None,
    }
    if kind in ("integer", "number"):
        profile |= _numbers(con, typed, kind == "integer")
    elif kind in ("date", "datetime"):
        profile |= _moments(con, typed)
    elif present:
        profile |= _words(con, typed)
    return profile


def _type_of(con: Any, values: str) -> str:
    """A sample says what it may be, all values say whether it is."""
    some = f"({values} limit {SAMPLE})"
    for kind, (_, check) in TYPES.items():
        if all(_one(con, f"select bool_and(coalesce({check}, false)) from {source}") for source in (some, values)):
            return kind
    return "text"


def _distinct(con: Any, typed: str) -> tuple[int, bool]:
    estimate = _one(con, f"select approx_count_distinct(x) from {typed}")
    if estimate > EXACT_DISTINCT_MAX:
        return estimate, True
    return _one(con, f"select count(distinct x) from {typed}"), False


def _numbers(con: Any, typed: str, whole: bool) -> dict[str, Any]:
    finite = typed if whole else f"(select x from {typed} where isfinite(x))"
    count, low, high, mean = con.execute(f"select count(x), min(x), max(x), avg(x) from {finite}").fetchone()
    if not count:
        return {}
    quantile = "quantile_cont" if count <= EXACT_QUANTILES_MAX else "approx_quantile"
    shares = list(QUANTILES.values())
    found = _one(con, f"select {quantile}(x::double, {shares}) from {finite}")
    return {
        "min": low,
        "max": high,
        "mean": _rounded(mean),
        "quantiles": {name: _rounded(value) for name, value in zip(QUANTILES, found, strict=True)},
        "histogram": _histogram(con, f"(select x::double as x from {finite})", low, high, whole),
    }


def _moments(con: Any, typed: str) -> dict[str, Any]:
    seconds = f"(select epoch(x::timestamp) as x from {typed})"
    low, high = con.execute(f"select min(x), max(x) from {typed}").fetchone()
    first, last = con.execute(f"select min(x), max(x) from {seconds}").fetchone()
    bins = _histogram(con, seconds, first, last, whole=False)
    for each in bins:
        each["from"], each["to"] = _moment(each["from"]), _moment(each["to"])
    return {"min": _shown(low), "max": _shown(high), "histogram": bins}


def _words(con: Any, typed: str) -> dict[str, Any]:
    low, high = con.execute(f"select min(x), max(x) from {typed}").fetchone()
    often = con.execute(f"select x, count(*) as n from {typed} group by x order by n desc, x limit {TOP}").fetchall()
    top = [{"value": _shown(value), "count": count} for value, count in often]
    return {"min": _shown(low), "max": _shown(high), "top": top}


def _histogram(con: Any, values: str, low: float, high: float, whole: bool) -> list[dict[str, Any]]:
    """Bins of one width from low to high, each without its upper end but for the last."""
    if whole:
        width = -(-(high - low + 1) // BINS)
        bins = -(-(high - low + 1) // width)
    else:
        width, bins = (high - low) / BINS, BINS
    if width <= 0 or low + width == low:
        return [{"from": low, "to": high, "count": _one(con, f"select count(*) from {values}")}]
    place = f"least(floor((x - {low}::double) / {width}::double), {bins - 1})::int"
    counts = dict(con.execute(f"select {place} as bin, count(*) from {values} group by bin").fetchall())
    edges = [low + width * number for number in range(bins)] + [low + width * bins if whole else high]
    return [
        {"from": _rounded(edges[number]), "to": _rounded(edges[number + 1]), "count": counts.get(number, 0)}
        for number in range(bins)
    ]


def _one(con: Any, query: str) -> Any:
    return con.execute(query).fetchone()[0]


def _rounded(value: float) -> float | int:
    """Twelve digits are enough for a look, and 0.1 + 0.2 is 0.3 then."""
    number = float(f"{value:.12g}")
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _moment(seconds: float) -> str:
    """Seconds since 1970 as text, before 1970 too."""
    return (datetime(1970, 1, 1) + timedelta(seconds=round(seconds))).isoformat()


def _shown(value: Any) -> str:
    text = value.isoformat() if isinstance(value, date | datetime | time) else str(value)
    return text if len(text) <= VALUE_CHARS else text[: VALUE_CHARS - 1] + "…"
