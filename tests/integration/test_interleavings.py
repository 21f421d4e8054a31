"""People act on jobs at random, one by one and on many at once, while stock workers run them: all are accounted for."""

import pytest

from tests.interleavings.play import play


@pytest.mark.slow
@pytest.mark.parametrize("own_redis_server", [{"kind": "valkey"}], indirect=True)
def test_no_job_is_lost_doubled_or_resurrected_while_people_and_workers_race(own_redis_server, tmp_path):
    outcome = play(own_redis_server, tmp_path, deeds=240, seed=1)
    assert outcome.wrongs == []
    assert outcome.deeds == 240
    assert len({verb for verb, word in outcome.words if word == "done"}) >= 8, "the people did many different things"
