"""The project's Redis as a settings file of RQ's own spells it: `rq worker -c rq_settings high default low`.

For what `-u` cannot name: a Redis behind Sentinel. Any other address works too. Read anew by each start.
"""

from jobs._address import service
from jobs._sentinel import is_sentinel
from webapp.redis_address import redis_url

_url = redis_url() or "redis://localhost:6379/0"

if is_sentinel(_url):
    _found = service(_url)
    SENTINEL = {
        "INSTANCES": list(_found.sentinels),
        "MASTER_NAME": _found.name,
        "DB": _found.options.get("db", 0),
        "USERNAME": _found.options.get("username"),
        "PASSWORD": _found.options.get("password"),
        "SSL": _found.secure,
        "CONNECTION_KWARGS": {name: value for name, value in _found.options.items() if name.startswith("ssl_")},
        "SENTINEL_KWARGS": _found.sentinel_options,
    }
else:
    REDIS_URL = _url
