"""Messages of exceptions with placeholders for what differs from job to job: equal failures read the same. Pure."""

import re

#: Characters of a message that are looked at, and of a pattern that are kept.
MESSAGE_CHARS = 500
PATTERN_CHARS = 300
#: Python itself writes these messages, and names in quotes what is missing or does not fit.
NAMING = frozenset(
    {"AttributeError", "ImportError", "ModuleNotFoundError", "NameError", "TypeError", "UnboundLocalError"}
)

_QUOTED = re.compile(r"(?<!\w)(?:'((?:[^'\\\n]|\\.){0,200})'|\"((?:[^\"\\\n]|\\.){0,200})\"|`([^`\n]{0,200})`)(?!\w)")
_NAME = re.compile(r"[A-Za-z_][A-Za-z_.]*")
#: In this order: what is longer or more telling first.
_SUBSTITUTES = tuple(
    (re.compile(expression, re.IGNORECASE), placeholder)
    for expression, placeholder in (
        (r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", "#"),
        (r"\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?", "#"),
        (r"\b\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?\b", "#"),
        (r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", "…@…"),
        (r"(\b[a-z][a-z+]{1,9}://[^\s/'\"<>,;)]+)/(?:[^\s'\"<>]*[^\s'\"<>,;:.)\]])?", r"\1/…"),
        (r"(?<![\w./:])(?:[a-z]:)?(?:[\\/][\w.@%+~=-]+){2,}[\\/]?", "/…"),
        (r"\b0x[0-9a-f]+\b", "#"),
        (r"\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{8,}\b", "#"),
        (r"\b(?=\w*\d\w*\d)(?=\w*[a-z])\w{6,}\b", "#"),
        (r"\d+(?:[.,_]\d+)*", "#"),
        (r"#(?:[\s,;/|:.x+-]+#)+", "#"),
        (r"(['\"])…\1(?:, (['\"])…\2)+", r"\1…\1"),
        (r"\s+", " "),
    )
)


def pattern(message: str, type_name: str = "") -> str:
    """`message` of an exception `type_name`: numbers, ids and times become #, what stands in quotes, paths and the rest
    of addresses …, at most PATTERN_CHARS. O(message), of which MESSAGE_CHARS are looked at.
    """
    keeps_names = type_name.rpartition(".")[2] in NAMING

    def quoted(found: re.Match[str]) -> str:
        inner = next((part for part in found.groups() if part is not None), "")
        quote = found[0][0]
        return found[0] if keeps_names and _NAME.fullmatch(inner) else f"{quote}…{quote}"

    shown = _QUOTED.sub(quoted, message[:MESSAGE_CHARS])
    for expression, placeholder in _SUBSTITUTES:
        shown = expression.sub(placeholder, shown)
    return shown.strip()[:PATTERN_CHARS]
