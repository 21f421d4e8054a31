"""What a job's hash says of before and after its runs; nothing in it is trusted, and no secret is told."""

import json

import pytest

from webapp.queries import job_plans


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://hooks.example/rq", "https://hooks.example/rq"),
        ("https://me:pw@hooks.example:8443/a/b?token=s3#x", "https://hooks.example:8443/a/b?…"),
        (
            "https://chat.example/services/T0001AAAA/B0002BBBB/abcdEFGH1234567890xyz",
            "https://chat.example/services/…/…/…",
        ),
        ("https://hooks.example/v1/orders/2026-11-22", "https://hooks.example/v1/orders/2026-11-22"),
        ("https://[::1]:9/x", "https://[::1]:9/x"),
        ("https://[broken/x", "…"),
        ("https://hooks.example:port/x", "…"),
    ],
)
def test_an_address_is_shown_without_what_may_be_secret(url, shown):
    assert job_plans.clean_url(url) == shown


def test_a_webhook_is_told_with_the_names_of_its_headers_only():
    stored = {
        "url": "https://a.example/?key=1",
        "job_status": "failed",
        "method": "POST",
        "headers": {"Authorization": "Bearer s3cret"},
        "timeout": 5,
    }
    (hook,) = job_plans.webhooks(json.dumps([stored]).encode())
    assert hook == {
        "on": "failed",
        "method": "POST",
        "url": "https://a.example/?…",
        "headers": ["Authorization"],
        "timeout": 5,
    }
    assert "s3cret" not in json.dumps(hook)


@pytest.mark.parametrize("raw", [None, b"", b"\xff", b"7", b"{}", b'"x"', b"[1, null]", b"[" * 100_000])
def test_what_is_no_list_of_webhooks_is_none(raw):
    assert job_plans.webhooks(raw) == ()


def test_a_webhook_of_odd_parts_is_still_told():
    (hook,) = job_plans.webhooks(b'[{"url": 7, "headers": "x", "timeout": true, "method": null}]')
    assert hook == {"on": None, "method": "GET", "url": "…", "headers": [], "timeout": 10}
    assert len(job_plans.webhooks(json.dumps([{}] * 500).encode())) == job_plans.WEBHOOKS_MAX


def test_callbacks_are_told_with_rqs_timeout_where_they_name_none():
    fields = {f"{event}_callback_{part}": None for event in job_plans.CALLBACKS for part in ("name", "timeout")}
    fields |= {"success_callback_name": b"app.done", "success_callback_timeout": b"5", "stopped_callback_name": b""}
    fields |= {"failure_callback_name": b"app.alert"}
    assert job_plans.callbacks(fields) == (
        {"on": "success", "func": "app.done", "timeout": 5},
        {"on": "failure", "func": "app.alert", "timeout": 60},
    )


def test_where_a_job_came_from_is_told_as_we_wrote_it():
    ours = {"via": "page", "server": "web-a:8000", "address": "10.0.0.7", "retries": 2, "repeats": 3}
    assert job_plans.submitted(json.dumps(ours).encode()) == ours | {"again_of": None}
    long = job_plans.submitted(
        json.dumps({"via": "api", "server": "x" * 9_000, "address": 7, "retries": True}).encode()
    )
    names = {"via": "api", "server": "x" * 200, "address": None, "again_of": None}
    assert long == names | {"retries": None, "repeats": None}


@pytest.mark.parametrize("raw", [None, b"", b"\xff", b"[]", b"{}", b'{"via": "cron"}', b'"page"'])
def test_what_we_did_not_write_says_nothing_of_where_a_job_came_from(raw):
    assert job_plans.submitted(raw) is None


@pytest.mark.parametrize(
    ("raw", "told"),
    [(b"[10, 60]", (10, 60)), (b"[1, true, null, 2.5]", (1,)), (b"7", None), (b"", None), (None, None), (b"[", None)],
)
def test_intervals_are_whole_numbers(raw, told):
    assert job_plans.whole_numbers(raw) == told


def test_intervals_without_end_are_cut():
    assert len(job_plans.whole_numbers(json.dumps([1] * 9_999).encode())) == job_plans.INTERVALS_MAX
