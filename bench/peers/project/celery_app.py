"""An app of Celery; as a program, what sends its tasks: an order on each line of stdin, an answer on each of stdout."""

import json
import os
import sys
import time
from uuid import uuid4

from celery import Celery

URL = os.environ["BENCH_REDIS_URL"]
app = Celery("celery_app", broker=URL, backend=URL)
app.conf.update(broker_connection_retry_on_startup=True, worker_hijack_root_logger=False)
#: Events in one message.
TOGETHER = 1_000


@app.task(name="sleep")
def sleep(seconds):
    """The moment when it was done, epoch milliseconds."""
    time.sleep(seconds)
    return time.time() * 1000


def send(job_id, seconds):
    sleep.apply_async((float(seconds),), task_id=job_id)
    return True


def ended_at(job_id):
    return app.AsyncResult(job_id).get(timeout=60)


def feed(rate, seconds):
    """So many tasks a second that do nothing, for so long."""
    began = time.monotonic()
    for number in range(int(float(rate) * float(seconds))):
        time.sleep(max(0.0, began + number / float(rate) - time.monotonic()))
        sleep.delay(0)
    return True


def events(count):
    """What a worker would have told of so many tasks that it received."""
    with app.connection_for_write() as connection:
        dispatcher = app.events.Dispatcher(
            connection, hostname="bench@here", buffer_group={"task"}, buffer_limit=TOGETHER
        )
        for _ in range(int(count)):
            dispatcher.send("task-received", uuid=str(uuid4()), name="sleep", args="(0,)", kwargs="{}", retries=0)
        dispatcher.flush()
    return True


if __name__ == "__main__":
    for line in sys.stdin:
        name, *words = line.split()
        print(
            json.dumps({"send": send, "ended_at": ended_at, "feed": feed, "events": events}[name](*words)), flush=True
        )
