"""Job type: one field of each kind, so that a form has something to refuse."""

from datetime import date
from typing import Annotated, Literal

from jobs import Param, job_type


@job_type(title="Order tickets")
def order_tickets(
    event: Annotated[str, Param(help="What to see.", min_length=3, max_length=40)],
    day: date,
    seats: Annotated[int, Param(help="How many.", ge=1, le=8)] = 2,
    price: Annotated[float, Param(gt=0)] = 12.5,
    where: Literal["stalls", "circle"] = "stalls",
    guests: Annotated[list[str], Param(help="Their names.", max_length=3)] = (),
    remark: str | None = None,
    hurry: bool = False,
) -> dict:
    """Order tickets for an event. Nothing is bought."""
    return {"event": event, "day": day.isoformat(), "seats": seats, "where": where, "guests": list(guests)}
