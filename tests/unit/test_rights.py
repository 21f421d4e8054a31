"""What a role may, and what rights that are narrowed cover."""

import pytest

from webapp.rights import EVERYTHING, Rights


@pytest.mark.parametrize(
    ("role", "allowed", "refused"),
    [
        ("viewer", {"search"}, {"enqueue", "cancel", "suspend", "note"}),
        ("operator", {"search", "enqueue", "cancel", "pause", "delete_queue"}, {"suspend", "kill", "shut_down"}),
        ("admin", {"search", "enqueue", "cancel", "suspend", "kill", "shut_down"}, set()),
    ],
)
def test_each_role_may_what_it_may_and_no_more(role, allowed, refused):
    rights = Rights(role)
    assert {verb for verb in allowed | refused if rights.may(verb)} == allowed


def test_narrowed_rights_cover_the_jobs_that_both_patterns_name():
    rights = Rights("operator", ("mail-*", "default"), ("shop.*",))
    assert rights.is_narrowed
    assert rights.sees_job("mail-eu", "shop.send")
    assert not rights.sees_job("mail-eu", "secret.send")
    assert not rights.sees_job("payroll", "shop.send")
    assert not rights.sees_job("MAIL-eu", "shop.send"), "names are as RQ spells them"


def test_a_job_that_says_nothing_of_itself_is_for_those_who_may_see_all():
    assert EVERYTHING.sees_job(None, None)
    assert not EVERYTHING.is_narrowed
    assert not Rights("admin", ("default",)).sees_job(None, "shop.send")
    assert not Rights("admin", functions=("shop.*",)).sees_job("default", None)
