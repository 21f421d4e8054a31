"""Work that would hold gevent's hub, done in a native thread when there is a hub. Plain call elsewhere."""

import sys
from collections.abc import Callable
from typing import Any


def offload(function: Callable[..., Any], *args: Any) -> Any:
    """`function(*args)`, in gevent's thread pool under the gevent worker. Blocks this greenlet only.

    The function must not touch Redis clients or sockets of this process: they belong to the hub's thread.
    """
    monkey = sys.modules.get("gevent.monkey")
    if monkey is None or not monkey.is_module_patched("threading"):
        return function(*args)
    import gevent

    return gevent.get_hub().threadpool.apply(function, args)
