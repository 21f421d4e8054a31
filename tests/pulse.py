"""`python -m tests.pulse PORT`: somebody who asks for /healthz on one open connection until its input ends.

A process of its own: in that of a crowd of hundreds it would time how long it waits for the crowd's interpreter.
"""

import http.client
import json
import select
import sys
import time

#: Seconds between two questions.
PAUSE = 0.01


def main() -> None:
    """Says "ready" after the first answer, and in the end how many milliseconds each took, as JSON."""
    connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=30)
    took = [ask(connection)]
    print("ready", flush=True)
    while not select.select([sys.stdin], [], [], PAUSE)[0]:
        took.append(ask(connection))
    connection.close()
    print(json.dumps(took))


def ask(connection: http.client.HTTPConnection) -> float:
    """Milliseconds until the answer was read."""
    began = time.perf_counter()
    connection.request("GET", "/healthz")
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 200
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
