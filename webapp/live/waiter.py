"""A request that waits for the watcher's next look. No I/O."""

import threading
from dataclasses import dataclass, field

from redis.exceptions import RedisError

from webapp.models_overview import Overview


@dataclass
class Waiter:
    """What the look found: nobody may look any more when it is woken."""

    done: threading.Event = field(default_factory=threading.Event)
    found: Overview | None = None
    error: RedisError | None = None
