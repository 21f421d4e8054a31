"""Every key of ours in Redis: its name, type, cap and time to live, spelt here and nowhere else.

All live under `<RQ_KEY_PREFIX>:live:`; the prefix is read once at import, as RQ reads its own. The layout of
the files folder is here too, because web and workers must agree on it as they agree on keys. No I/O.
"""

import hashlib
import os

from jobs._budget import OURS_BYTES as OURS_BYTES
from jobs._budget import is_full as is_full
from jobs._budget import log_bytes as log_bytes
from jobs._budget import ours_bytes as ours_bytes
from jobs._budget import used_memory as used_memory

#: Version of what the keys hold. A reader that meets a newer one says so and shows the raw value.
SCHEMA = 1

#: RQ's own prefix, `rq` unless RQ_KEY_PREFIX says otherwise (rq.defaults reads the same variable).
RQ = os.environ.get("RQ_KEY_PREFIX", "rq")
PREFIX = f"{RQ}:live:"

#: hash, job type name -> JSON. At most CATALOG_MAX fields of CATALOG_ENTRY_BYTES; no TTL: publishing replaces it.
CATALOG = f"{PREFIX}catalog"
CATALOG_MAX = 500
CATALOG_ENTRY_BYTES = 32 * 1024

#: stream of what users did, newest last; at most ACTIVITY_MAX entries. Every web process reads it.
ACTIVITY = f"{PREFIX}activity"
ACTIVITY_MAX = 10_000

#: string: key of the signatures of sessions, made by the first web process that needs one. No TTL: 43 characters.
SECRET = f"{PREFIX}session-secret"
#: string, grows with each login that is ended and each token that is made or revoked: open pages are looked at again.
#: No TTL: one number.
ACCESS_VERSION = f"{PREFIX}access-version"
#: hash, id of an API token -> JSON: hash, name, maker, rights, times. At most TOKENS_MAX fields of 2 KB; no TTL, since
#: each says itself when it is over.
TOKENS = f"{PREFIX}tokens"
TOKENS_MAX = 200
#: hash, id of an API token -> epoch ms of its last use, to the minute. At most TOKENS_MAX fields.
TOKENS_USED = f"{PREFIX}tokens-used"
#: Prefix of the counts of logins by name and by address, kept by the library `limits`. TTL ten minutes at most.
ATTEMPTS = f"{PREFIX}attempts"

#: zset, job id -> epoch seconds of its log's first line. The sweep walks it to end logs whose job is gone.
LOG_INDEX = f"{PREFIX}log-index"
#: One job's log keeps at most this many bytes of text; older lines go first.
LOG_BYTES = 256 * 1024
#: One line of a log is cut after this many characters.
LOG_LINE_CHARS = 8_192
#: All logs together; the sweep removes the oldest beyond it.
LOGS_BYTES = 48 * 1024 * 1024
#: string: bytes that all logs may grow by until the next sweep, which sets it. TTL LOG_ROOM_TTL: where nobody sweeps,
#: each log has its own cap only.
LOG_ROOM = f"{PREFIX}log-room"
LOG_ROOM_TTL = 600

#: zset, job id -> bytes of its notes. At most NOTED_JOBS_MAX; the sweep walks it to end notes whose job is gone.
NOTES_INDEX = f"{PREFIX}notes-index"
NOTED_JOBS_MAX = 2_000
#: Notes on one job, and characters of one.
NOTES_MAX = 50
NOTE_CHARS = 2_000
#: All notes together; beyond it a new one is refused.
NOTES_BYTES = 4 * 1024 * 1024

#: hash of the recorder that holds the lease: started_at, heartbeat (epoch ms). TTL RECORDER_TTL.
RECORDER = f"{PREFIX}recorder"
RECORDER_TTL = 15

#: Figures of one minute are kept for a day.
FIGURES_TTL = 24 * 3600
#: Functions told apart within one minute; the rest are summed as "other".
FIGURES_FUNCTIONS_MAX = 200

#: hash, id of a job that RQ lists nowhere by queue -> `<status>\x1f<queue>`, kept by the recorder that holds the lease.
#: At most UNLISTED_MAX fields of 300 bytes; its field UNLISTED_WHOLE says whether these are all of them, or the least
#: that there are, or whether nobody knows.
UNLISTED = f"{PREFIX}unlisted"
UNLISTED_MAX = 10_000
UNLISTED_TTL = 24 * 3600
UNLISTED_WHOLE = "::whole"
UNLISTED_ALL, UNLISTED_MORE, UNLISTED_UNSURE = "all", "more", "unsure"

#: hash, id of a cause of failure -> JSON {type, by, at, until (epoch ms, or null)}: hidden from everybody. At most
#: MUTES_MAX fields of 400 bytes; those that are over make room for new ones.
MUTES = f"{PREFIX}mutes"
MUTES_MAX = 200

#: zset, search id -> epoch ms at which it was asked for. At most SEARCHES_MAX; TTL SEARCH_TTL after the last.
SEARCHES = f"{PREFIX}searches"
SEARCHES_MAX = 20
#: A search and its hits are kept so many seconds after the last word of it.
SEARCH_TTL = 3600
#: Hits kept of one search, and the bytes of their ids.
SEARCH_HITS_MAX = 10_000
SEARCH_HITS_BYTES = 512 * 1024
#: Pub/sub channel that rings when somebody asks for a search, or wants one to stop.
SEARCH_BELL = f"{PREFIX}search-bell"

#: Rows that one submission of many jobs may have; its request can be repeated for so many seconds.
BATCH_ROWS_MAX = 10_000
BATCH_TTL = 3600

#: set of the names of queues that are paused, held, or have parked jobs: at most one for each queue. No TTL, since it
#: tells of jobs that are nowhere else.
ASIDE = f"{PREFIX}aside"
#: set of the names of paused queues: what `jobs.pausable` reads before it takes a job. At most PAUSED_MAX; no TTL.
PAUSED = f"{PREFIX}paused"
#: Each is a hundred connections to Redis, see `webapp/operations/parkers.py`.
PAUSED_MAX = 8
#: Pub/sub channel that rings when a queue is paused or resumed.
PAUSE_BELL = f"{PREFIX}pause-bell"
#: string, epoch ms at which somebody last held the pauses; written each second while there are any. TTL PAUSE_BEAT_TTL.
PAUSE_BEAT = f"{PREFIX}pause-beat"
PAUSE_BEAT_TTL = 24 * 3600
#: Runs that are told apart of those that slipped through a pause; further ones are not counted.
SLIPPED_MAX = 1_000
#: zset, `<host>:<pid>` of a worker whose queue class skips paused queues -> epoch seconds of its last word. At most
#: PAUSABLE_MAX; TTL PAUSABLE_TTL.
PAUSABLE = f"{PREFIX}pausable"
PAUSABLE_MAX = 1_000
PAUSABLE_TTL = 900
#: zset, operation id -> epoch ms at which it was asked for. At most OPERATIONS_MAX, OPERATIONS_OPEN_MAX of which have
#: not ended; TTL OPERATION_TTL after the last.
OPERATIONS = f"{PREFIX}operations"
OPERATIONS_MAX = 50
OPERATIONS_OPEN_MAX = 20
#: An operation is kept so many seconds after the last word of it, and one that nobody starts so many.
OPERATION_TTL = 24 * 3600
OPERATION_READY_TTL = 600
#: Jobs of one operation, and of one chunk of them.
OPERATION_JOBS_MAX = 250_000
OPERATION_CHUNK = 500
#: Chunks of all operations together.
OPERATIONS_BYTES = 8 * 1024 * 1024
#: Pub/sub channel that rings when somebody asks for an operation, or wants one to start, go on or end.
OPERATION_BELL = f"{PREFIX}operation-bell"

#: hash, job id -> `<epoch ms at which undo is over> <token>`: jobs that were deleted one by one and can be put back. At
#: most TRASH_MAX fields; no TTL: the next delete and the operations process tidy it.
TRASH = f"{PREFIX}trash"
TRASH_MAX = 1_000
#: Seconds for which a delete can be undone, from its end on.
UNDO_SECONDS = 60
#: Seconds more for which its parts are kept: their payload names the files that are to be removed then.
TRASH_GRACE = 120
#: What an operation deletes is kept so many seconds at most, however long the operation takes.
TRASH_TTL = 3600
#: Seconds more over which those of one operation end one after the other, should nobody empty it: Redis stands still
#: where a hundred thousand keys end in one moment.
TRASH_APART = 1200
#: Begins the keys of notes about deleted jobs, see `trash`, and how many digits of a digest tell them apart.
TRASH_NOTES = f"{PREFIX}trash:"
TRASH_SPREAD = 3
#: Each note begins with the token of the delete, of so many characters; the rest is MessagePack.
TRASH_TOKEN = 16
#: From so many percent of `maxmemory` on a deleted job leaves Redis at once, and cannot be put back.
TRASH_MEMORY_PERCENT = 80
#: The parts of a deleted job, each renamed as it is: the users' own bytes, which take what they took before.
TRASH_PARTS = ("job", "dependents", "dependencies", "results", "log", "notes")

#: hash: room (bytes that our keys leave of their share, without trash). TTL 10 minutes; written by the sweep.
SWEEP = f"{PREFIX}sweep"
SWEEP_TTL = 600
#: Seconds for which a worker is known to have been told to shut down, see `told`.
TOLD_TTL = 3600
#: Seconds for which a worker is known to have been told to end the run of a job, see `told_to_end`.
TOLD_TO_END_TTL = 5

#: hash, id of a `make run` -> JSON {server, at (epoch ms of its heartbeat)}: those that start workers when they are
#: asked to. At most SUPERVISORS_MAX fields of 200 bytes; TTL ADDED_TTL after the last heartbeat.
SUPERVISORS = f"{PREFIX}supervisors"
SUPERVISORS_MAX = 50
#: A `make run` writes a heartbeat every 5 s while it lives.
SUPERVISOR_SILENT_MS = 15_000
#: Workers that one `make run` runs at once because it was asked to, and those that it tells of, ended ones included.
ADDED_MAX = 16
ADDED_TOLD = 24
#: What is known of them is kept so many seconds after the last word.
ADDED_TTL = 3600
#: Lines of output that are kept of each, and the characters of one.
OUTPUT_LINES = 200
OUTPUT_CHARS = 500

#: Field of a job's own hash (RQ ignores fields that it does not know). JSON, see `jobs/_progress.py`.
PROGRESS_FIELD = "live_progress"
PROGRESS_BYTES = 4_096

#: Field of a job's own hash: who submitted it through us.
ACTOR_FIELD = "live_actor"
#: Field of a job's own hash: how it was submitted through us. JSON of at most 1 KB: via (page, api), server, address of
#: whoever asked, again_of (the job that was run again), retries and repeats (as they were asked for).
SUBMITTED_FIELD = "live_submitted"
#: Field of a job's own hash: the `meta` that it was given when it was submitted through us, as RQ stores it. A run
#: writes into RQ's own field of it; this one is what "run again" starts with. At most 8 KB.
META_FIELD = "live_meta"

#: Field of a job's own hash: how many notes there are on it. Written only while the hash exists.
NOTES_FIELD = "live_notes"

#: stream of what was said in the Room, newest last; at most ROOM_MAX entries of 8 KB. TTL ROOM_TTL after the last.
#: Newcomers are told ROOM_TOLD; the rest is for servers that were away for a moment.
ROOM = f"{PREFIX}room"
ROOM_MAX = 200
ROOM_TOLD = 50
ROOM_TTL = 24 * 3600
#: stream of what servers say of who is in the Room, and who looks at which job; at most ROOM_HERE_MAX entries of 45 KB.
#: TTL ROOM_HERE_TTL.
ROOM_HERE = f"{PREFIX}room-here"
ROOM_HERE_MAX = 100
ROOM_HERE_TTL = 60

#: Pub/sub channel that every web process subscribes to; its number of subscribers is the number of servers.
SERVERS_CHANNEL = f"{PREFIX}servers"
#: A web process tells how many pages it has open by the channels that it subscribes to, one a binary digit that is set.
PAGES_BITS = 16
#: The same for processes that listen without serving pages, so that they are not counted as servers.
LISTENERS_CHANNEL = f"{PREFIX}listeners"


def pages_channel(bit: int) -> str:
    """Pub/sub channel of the web processes whose number of open pages has this binary digit (0: ones) set."""
    return f"{PREFIX}pages:{bit}"


def log(job_id: str) -> str:
    """stream: at (epoch ms), run, level, text; n (number of the line in its run) and b (its byte offset, 32 a line).

    TTL: as its job, or the sweep.
    """
    return f"{PREFIX}log:{job_id}"


def notes(job_id: str) -> str:
    """stream: name, by (see `webapp/speaker.py`), text. At most NOTES_MAX entries. TTL: as its job, or the sweep."""
    return f"{PREFIX}notes:{job_id}"


def figures(minute: int) -> str:
    """hash of one minute (epoch minutes): `<metric>\\x1f<queue>` -> count. TTL FIGURES_TTL."""
    return f"{PREFIX}figures:{minute}"


def functions(minute: int) -> str:
    """hash of one minute: `<metric>\\x1f<queue>\\x1f<function>` -> count. TTL FIGURES_TTL."""
    return f"{PREFIX}functions:{minute}"


def search(search_id: str) -> str:
    """hash: query, actor, state, asked_at, position of its walk, counts, facets, see `webapp/operations/search_run.py`.

    TTL SEARCH_TTL.
    """
    return f"{PREFIX}search:{search_id}"


def search_hits(search_id: str) -> str:
    """list: ids of the jobs that match, in the order in which they were found. TTL SEARCH_TTL."""
    return f"{PREFIX}search-hits:{search_id}"


def batch(batch_id: str) -> str:
    """string: a bit for each row of a submission of many jobs that was written, at most 1.3 KB. TTL BATCH_TTL."""
    return f"{PREFIX}batch:{batch_id}"


def held(queue: str) -> str:
    """list: ids of the jobs of a queue that were set aside by hand, in their order. Not capped: they are RQ's jobs.

    No TTL: it is the only place that names them.
    """
    return f"{PREFIX}held:{queue}"


def hold(queue: str) -> str:
    """hash: by, at (epoch ms) of the last hold; releasing: who asked for it. No TTL: it goes with the list."""
    return f"{PREFIX}hold:{queue}"


def parked(queue: str) -> str:
    """list: ids of the jobs that wait for the end of a pause, in their order. Not capped, no TTL, as `held`."""
    return f"{PREFIX}parked:{queue}"


def resuming(queue: str) -> str:
    """list: ids of parked jobs on their way back to their queue, before those that are parked. No TTL, as `parked`.

    There for some milliseconds, or until the next resume where that was broken off.
    """
    return f"{PREFIX}resuming:{queue}"


def pause(queue: str) -> str:
    """hash: state (starting, paused), by, at, until (epoch ms or ''), before (runs that there were), away_ms.

    No TTL: it goes when the queue is resumed.
    """
    return f"{PREFIX}pause:{queue}"


def slipped(queue: str) -> str:
    """set: runs `<job id>:<execution>` that began while the queue was paused; at most SLIPPED_MAX.

    No TTL: it goes with the pause.
    """
    return f"{PREFIX}slipped:{queue}"


def operation(operation_id: str) -> str:
    """hash: verb, of, options, state, position, counts, see `webapp/queries/operations.py`. At most 20 KB.

    TTL OPERATION_TTL, OPERATION_READY_TTL while it is ready.
    """
    return f"{PREFIX}operation:{operation_id}"


def operation_jobs(operation_id: str) -> str:
    """list of chunks: OPERATION_CHUNK jobs each, see `webapp/operations/chunks.py`. TTL as its operation."""
    return f"{PREFIX}operation-jobs:{operation_id}"


def operation_later(operation_id: str) -> str:
    """list of jobs that an operation looks at a second time, at most a few of a hundred; or, while it puts jobs back,
    of those that are still to be put in their places, about 180 bytes each. TTL as its operation."""
    return f"{PREFIX}operation-later:{operation_id}"


def trash(job_id: str) -> str:
    """hash, job id -> which delete threw it away, where it was, when its keys were to end; for all jobs of a digest.

    TTL of the one that lives longest.
    """
    digest = hashlib.sha1(job_id.encode("utf-8", "surrogateescape"), usedforsecurity=False)
    return f"{TRASH_NOTES}{digest.hexdigest()[:TRASH_SPREAD]}"


def trash_part(part: str, job_id: str) -> str:
    """One of TRASH_PARTS of a deleted job: its key, renamed.

    TTL UNDO_SECONDS, of an operation TRASH_TTL and up to TRASH_APART, and TRASH_GRACE more.
    """
    return f"{PREFIX}trash-{part}:{job_id}"


def told(worker: str) -> str:
    """string: birth of the worker of this name that was told to shut down, as its hash says it. TTL TOLD_TTL."""
    return f"{PREFIX}told:{worker}"


def added(supervisor: str) -> str:
    """hash, id of a worker that was added -> JSON, see `webapp/supervisor/added.py`. At most ADDED_TOLD + ADDED_MAX
    fields of 2 KB. TTL ADDED_TTL."""
    return f"{PREFIX}added:{supervisor}"


def added_asked(supervisor: str) -> str:
    """list of JSON: what a `make run` was asked to do to its workers, oldest first. At most 64; TTL 60 s."""
    return f"{PREFIX}added-asked:{supervisor}"


def output(worker_id: str) -> str:
    """stream: `line`, what an added worker wrote. At most OUTPUT_LINES of OUTPUT_CHARS. TTL ADDED_TTL."""
    return f"{PREFIX}output:{worker_id}"


def told_to_end(worker: str) -> str:
    """string: id of the job whose run this worker was told to kill or stop. TTL TOLD_TO_END_TTL."""
    return f"{PREFIX}told-to-end:{worker}"


def ended(session: str) -> str:
    """string: this login was ended. TTL: as long as its cookie could have lived."""
    return f"{PREFIX}ended:{session}"


def signed_out(user: str) -> str:
    """string, epoch ms: logins of this user (a digest) up to then are ended. TTL: as long as a cookie can live."""
    return f"{PREFIX}signed-out:{user}"


def lease(name: str) -> str:
    """string: its owner's id. TTL set by the owner, renewed while it lives."""
    return f"{PREFIX}lease:{name}"


def probe(process: str) -> str:
    """string, PX 1000: written by a process to see its own notice come back."""
    return f"{PREFIX}probe:{process}"


def job(job_id: str) -> str:
    """RQ's hash of a job."""
    return f"{RQ}:job:{job_id}"


def upload_path(upload_id: str, name: str) -> str:
    """Where an upload lies, relative to the files folder. `name` is already a plain file name."""
    return f"uploads/{upload_id}/{name}"


def artifact_path(job_id: str, name: str) -> str:
    """Where a file made by a job lies, relative to the files folder."""
    return f"artifacts/{job_id}/{name}"
