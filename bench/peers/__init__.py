"""Other dashboards, to compare with: one file each, in an environment of its own, at its defaults.

Whatever cannot be installed here is left out of a table with a line that says so, and fails nothing.
"""

from collections.abc import Iterable

from bench._report import Report
from bench._stage import Stage
from bench.peers._dashboard import Dashboard
from bench.peers._environment import HOME, Unavailable
from bench.peers._work import Work
from bench.peers.bull_board import BullBoard
from bench.peers.django_rq import DjangoRq
from bench.peers.flower import Flower
from bench.peers.rq_dashboard import RqDashboard
from bench.peers.rq_dashboard_fast import RqDashboardFast

PEERS = (RqDashboard, RqDashboardFast, DjangoRq, Flower, BullBoard)


def present(report: Report) -> list[Dashboard]:
    """Those that can be installed here; of the others, the report gets a note."""
    found = []
    for peer in (kind() for kind in PEERS):
        try:
            peer.install()
            _try(peer)
        except Unavailable as error:
            report.notes.append(f"{peer.name} was skipped: {error}.")
        else:
            found.append(peer)
    report.notes.append("Beside it: " + "; ".join(peer.versions for peer in found) + ".")
    return found


def _try(peer: Dashboard) -> None:
    """Start it once after it was installed. Raises Unavailable where it does not, as with a Python too new for it."""
    note = HOME / peer.name.lower() / "starts"
    if note.exists():
        return
    try:
        with Stage() as stage:
            peer.work(stage).start()
            peer.serve(stage)
    except (RuntimeError, AssertionError) as error:
        raise Unavailable(f"it was installed but does not start: {str(error).strip().splitlines()[-1][:200]}") from None
    note.touch()


def by_work(dashboards: Iterable[Dashboard]) -> dict[type[Work], list[Dashboard]]:
    """Those that show the same queue library, which can share a Redis."""
    found: dict[type[Work], list[Dashboard]] = {}
    for dashboard in dashboards:
        found.setdefault(dashboard.work, []).append(dashboard)
    return found
