"""Files among the arguments of many jobs: each is looked for once, and noted for every job that uses it."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from webapp import files
from webapp.actions import arguments
from webapp.actions.door import Door
from webapp.actions.request import UPLOAD_GONE
from webapp.actions.rows import Check, Checked
from webapp.offload import offload


def without_lost(door: Door, entry: dict[str, Any], found: Check) -> Check:
    """Rows that name an upload which is gone are wrong too. Nothing is done for a job type that takes no file."""
    if not _takes_files(entry):
        return found
    store = files.store(door.config)
    named = {reference for one in found.good for _, reference in arguments.uploads(entry["schema"], one.args)}
    gone = {reference for reference in named if not store.upload_exists(reference)}
    return offload(_part, entry, found, gone) if gone else found


def claim(door: Door, entry: dict[str, Any], jobs: Iterable[tuple[str, Checked]]) -> None:
    """Note of each job, by its id, that it uses its uploads."""
    if not _takes_files(entry):
        return
    store = files.store(door.config)
    for job_id, one in jobs:
        references = {reference for _, reference in arguments.uploads(entry["schema"], one.args)}
        store.claim({files.UPLOAD.fullmatch(found)[1] for found in references}, job_id)


def _part(entry: dict[str, Any], found: Check, gone: set[str]) -> Check:
    good, wrong = [], list(found.wrong)
    for one in found.good:
        named = arguments.uploads(entry["schema"], one.args)
        problems = {name: UPLOAD_GONE for name, reference in named if reference in gone}
        (wrong if problems else good).append(replace(one, problems=problems))
    return replace(found, good=good, wrong=sorted(wrong, key=lambda one: one.row.number))


def _takes_files(entry: dict[str, Any]) -> bool:
    shapes = entry["schema"].get("properties", {}).values()
    return any("upload" in (shape.get("format"), shape.get("items", {}).get("format")) for shape in shapes)
