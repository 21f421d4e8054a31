"""The parts of the supervisor that need no processes: the Procfile, the prefixes, the words, the pauses."""

import os
import shlex
from pathlib import Path

import pytest

from tests.support import ROOT, eventually
from webapp.__main__ import environment, plan
from webapp.config import Config
from webapp.supervisor.added import TRIES, Added, command
from webapp.supervisor.banner import banner, remote_command, worker_command
from webapp.supervisor.children import BACKOFF, WORKER_NAME, Child, Output, read_procfile
from webapp.supervisor.terminal import MAX_LINES, Terminal

RQ = Path("/my env/bin/rq")


def test_the_projects_procfile_has_the_three_processes():
    assert read_procfile(ROOT / "Procfile") == {
        "web": ["gunicorn", "-c", "gunicorn.conf.py", "webapp:create_app()"],
        "worker": ["python", "worker.py"],
        "operations": ["python", "-m", "webapp.operations"],
    }


@pytest.mark.parametrize("line", ["nothing", "web:", ": gunicorn", "web: 'open"])
def test_a_line_that_is_none_is_refused(tmp_path, line):
    (tmp_path / "Procfile").write_text(f"# a comment\n\n{line}\n")
    with pytest.raises(ValueError, match=r"is not a line such as|closing quotation"):
        read_procfile(tmp_path / "Procfile")


def names(config: Config) -> list[str]:
    return [child.name for child in plan(config, read_procfile(ROOT / "Procfile"))]


def test_on_our_own_redis_the_catalog_and_one_worker_run():
    assert names(Config(own_redis=True)) == ["catalog", "web", "worker", "operations"]


def test_on_a_given_redis_nothing_is_published_that_nobody_could_run():
    assert names(Config()) == ["web", "operations"]
    assert names(Config(write=True)) == ["catalog", "web", "operations"]
    assert names(Config(workers=2)) == ["catalog", "web", "worker.1", "worker.2", "operations"]


def test_the_children_are_told_what_the_settings_turned_out_to_be(monkeypatch):
    monkeypatch.setenv("RQLIVE_PORT", "0")
    monkeypatch.setenv("RQLIVE_OWN_REDIS", "1")
    config = Config(redis_url="redis://given", port=4321)
    told = Config.from_env(environment(config, Path("/project")))
    assert told == Config(redis_url="redis://given", port=4321, files="/project/var/files")


def test_files_elsewhere_are_left_as_they_are():
    config = Config(redis_url="redis://given", files="s3://bucket/rq")
    assert environment(config, Path("/project"))["RQLIVE_FILES"] == "s3://bucket/rq"


@pytest.mark.parametrize("url", ["redis://127.0.0.1:6379/0", "redis://localhost:6379/0"])
def test_a_bare_worker_finds_the_usual_redis_by_itself(url):
    command = worker_command(Config(queues=("a", "b c")), Path("/my project"), RQ, url)
    assert command == "cd '/my project' && '/my env/bin/rq' worker a 'b c'"


def test_another_redis_is_named_in_the_command():
    command = worker_command(Config(), Path("/project"), RQ, "redis://h:7000/1?a=b&c=d")
    assert shlex.split(command)[4:] == ["worker", "-u", "redis://h:7000/1?a=b&c=d", "high", "default", "low"]


def test_a_password_is_neither_in_the_command_nor_in_the_banner():
    url = "redis://:secret@h:7000/1"
    assert "secret" not in banner(Config(redis_url=url), Path("/project"), RQ, url, False)
    for text in (worker_command(Config(), Path("/project"), RQ, url), remote_command(Config(), url)):
        assert '-u "$REDIS_URL"' in text
        assert "secret" not in text


def test_the_banner_says_that_an_attached_redis_is_only_looked_at_and_how_to_change_that():
    text = banner(Config(), Path("/project"), RQ, "redis://h", False)
    assert "attached to look only. RQLIVE_WRITE=1 allows actions" in text
    assert "none. WORKERS=1 starts one here" in text
    assert "actions are allowed" in banner(Config(write=True), Path("/project"), RQ, "redis://h", False)


def test_the_address_of_the_page_is_whole():
    text = banner(Config(host="::1", port=81, base_path="/rq"), Path("/project"), RQ, "redis://h", False)
    assert "http://[::1]:81/rq/" in text


def test_a_crash_loop_slows_down_and_a_single_task_gives_up(tmp_path):
    child, once = Child("web", "web", ["false"]), Child("catalog", "catalog", ["false"], once=True)
    for index in range(len(BACKOFF) + 2):
        child.start(tmp_path, os.environ).close()
        said = eventually(child.ended)
        assert f"exit code 1; it starts again in {BACKOFF[min(index, len(BACKOFF) - 1)]:g} s." in said
        assert child.ended() is None
    for _ in BACKOFF:
        once.start(tmp_path, os.environ).close()
        said = eventually(once.ended)
    assert "it is not tried again" in said
    assert once.start_at is None


def test_a_worker_gets_a_new_name_at_each_start(tmp_path):
    child = Child("worker", "worker", ["true"])
    child.start(tmp_path, os.environ).close()
    first = child.worker
    eventually(child.ended)
    child.start(tmp_path, os.environ).close()
    eventually(child.ended)
    assert first
    assert child.worker != first


def test_an_added_worker_that_keeps_dying_is_given_up_and_says_how_it_ended(tmp_path):
    child = Child("added.1", "worker", ["false"], tries=TRIES)
    added = Added(child, ["default"])
    assert added.told()["state"] == "asked"
    for _ in range(TRIES):
        child.start(tmp_path, os.environ).close()
        assert added.told()["state"] == "running"
        assert eventually(child.ended)
    told = added.told()
    assert (told["state"], told["code"], told["crashes"], added.is_over) == ("failed", 1, TRIES, True)


def test_an_added_worker_is_the_stock_one_and_no_name_of_a_queue_is_an_option():
    words = command(RQ, ["high", "default"], "redis://h:6379/0")
    assert words[1:] == [str(RQ), "worker", "--name", WORKER_NAME, "--with-scheduler", "--", "high", "default"]


def test_output_comes_in_whole_lines_and_its_last_one_too():
    reader, writer = os.pipe()
    output = Output("web", os.fdopen(reader, "rb", buffering=0))
    assert output.read() == ([], True)
    os.write(writer, b"one\ntw")
    assert output.read() == ([b"one"], True)
    os.write(writer, "o é".encode())
    assert output.read() == ([], True)
    os.close(writer)
    assert output.read() == (["two é".encode()], False)
    output.close()


def read_all(fd: int) -> str:
    with open(fd) as file:
        return file.read()


def test_prefixes_are_aligned_and_plain_where_nobody_sees_colour():
    reader, writer = os.pipe()
    terminal = Terminal(writer, ["web", "operations"], {})
    terminal.relay("web", b"up")
    terminal.say("one\ntwo")
    terminal.close(1)
    os.close(writer)
    assert read_all(reader) == "web        | up\nrq live    | one\nrq live    | two\n"


@pytest.mark.parametrize(("env", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_a_terminal_gets_colours_unless_it_says_no(env, coloured):
    master, slave = os.openpty()
    terminal = Terminal(slave, ["web"], env)
    terminal.relay("web", b"up")
    terminal.close(1)
    assert (b"\x1b[" in os.read(master, 1000)) is coloured
    os.close(master)
    os.close(slave)


def test_a_reader_that_stalls_loses_the_oldest_lines_and_is_told():
    reader, writer = os.pipe()
    terminal = Terminal(writer, ["web"], {})
    for number in range(MAX_LINES + 40_000):
        terminal.relay("web", b"%d " % number + b"x" * 100)
    terminal.relay("web", b"the last")
    seen = b""
    while b"the last" not in seen:
        seen += os.read(reader, 1 << 20)
    assert b"lines were dropped: nobody read them" in seen
    terminal.close(1)
    os.close(reader)
    os.close(writer)


def test_a_reader_that_is_gone_is_noticed():
    reader, writer = os.pipe()
    terminal = Terminal(writer, ["web"], {})
    os.close(reader)
    terminal.relay("web", b"anyone?")
    eventually(lambda: terminal.gone)
    terminal.close(1)
    os.close(writer)


def test_a_worker_behind_sentinel_is_led_there_by_a_settings_file():
    url = "redis+sentinel://:secret@one:26379,two:26379/jobs/0"
    assert command(RQ, ["high"], url)[2:5] == ["worker", "-c", "rq_settings"]
    for text in (worker_command(Config(), Path("/project"), RQ, url), remote_command(Config(), url)):
        assert "-c rq_settings" in text
        assert "secret" not in text
