"""Whether a block of CSV text is surely read as the same records by everybody. Fast as a copy: no loop over lines.

A no is not a judgement: it only asks for a second look, record by record.
"""


def is_plain(block: bytes, delimiter: bytes, fields: int) -> bool:
    """Whether each line of the block is a record of so many fields, with quotes around whole fields or none."""
    if b"\r" in block or b"\0" in block or not is_utf8(block):
        return False
    skeleton = block.translate(None, bytes(set(range(256)) - set(delimiter + b'"\n')))
    if b'"' not in skeleton:
        usual = delimiter * (fields - 1) + b"\n"
        return skeleton == usual * (len(skeleton) // len(usual))
    if not _quotes_are_around_fields(block, delimiter):
        return False
    return all(_fields_in(line, delimiter) == fields for line in set(skeleton[:-1].split(b"\n")))


def is_utf8(block: bytes) -> bool:
    """Whether it can be decoded."""
    try:
        block.decode()
    except UnicodeDecodeError:
        return False
    return True


def _quotes_are_around_fields(block: bytes, delimiter: bytes) -> bool:
    """Whether each quote stands either before a field or behind one, and as many do the one as the other."""
    ends, framed = (delimiter, b"\n"), b"\n" + block
    if any(before + b'"' + behind in framed for before in ends for behind in ends):
        return False
    opening = sum(framed.count(end + b'"') for end in ends)
    closing = sum(framed.count(b'"' + end) for end in ends)
    return opening == closing and opening + closing == block.count(b'"')


def _fields_in(skeleton: bytes, delimiter: bytes) -> int:
    """Fields of a line of which only delimiters and quotes are left; 0 if a quote stays open."""
    parts = skeleton.split(b'"')
    # Every other part lies between two quotes.
    return sum(part.count(delimiter) for part in parts[::2]) + 1 if len(parts) % 2 else 0
