"""GET of the API, over real data of stock RQ."""

from rq import Queue

from tests import fixture_jobs


def test_x(api, redis):
    job = Queue(connection=redis).enqueue(fixture_jobs.add, 1, b=2)
    print(api.get("/api/overview"))
    print(api.get("/api/jobs"))
    print(api.get(f"/api/jobs/{job.id}"))
