import io
import logging
import sys
import threading

import pytest

log = logging.getLogger("tests.capture")


@pytest.fixture(autouse=True)
def _usual_root_level():
    """Another test may have changed it."""
    before = logging.root.level
    logging.root.setLevel(logging.WARNING)
    yield
    logging.root.setLevel(before)


def test_prints_and_log_records_reach_the_log_in_their_order(run, post) -> None:
    with run:
        print("out", 1)
        log.info("info %d", 2)
        print("err", file=sys.stderr)
        log.warning("warning")
        log.debug("not shown")
    assert post.texts() == [("OUT", "out 1"), ("INFO", "info 2"), ("ERR", "err"), ("WARNING", "warning")]
    assert [line.number for line in post.lines] == [1, 2, 3, 4]


def test_everything_printed_is_still_printed(run, capsys: pytest.CaptureFixture) -> None:
    with run:
        print("to the terminal")
        sys.stdout.buffer.write(b"bytes too\n")
        sys.stderr.write("errors too\n")
    assert capsys.readouterr() == ("to the terminal\nbytes too\n", "errors too\n")


def test_a_stream_without_bytes_is_written_through_too(run, post, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)
    with run:
        print("é", "한글")
    assert (stream.getvalue(), post.texts()) == ("é 한글\n", [("OUT", "é 한글")])
    assert sys.stdout is stream


def test_everything_is_as_before_when_the_run_is_over(run) -> None:
    before = (sys.stdout, sys.stderr, logging.getLogRecordFactory(), logging.root.level, list(logging.root.handlers))
    with run:
        assert sys.stdout is not before[0]
    after = (sys.stdout, sys.stderr, logging.getLogRecordFactory(), logging.root.level, list(logging.root.handlers))
    assert after == before


def test_a_stand_in_that_was_kept_only_writes_through_afterwards(run, post, capsys: pytest.CaptureFixture) -> None:
    with run:
        kept = sys.stdout
    print("late", file=kept)
    assert (capsys.readouterr().out, post.texts()) == ("late\n", [])


def test_a_line_begun_is_put_together_and_its_rest_not_lost(run, post) -> None:
    with run:
        print("a", end="")
        print("b", end="", flush=True)
        print("c")
        print("no newline", end="")
    assert post.texts() == [("OUT", "abc"), ("OUT", "no newline")]


def test_a_progress_bar_leaves_its_last_state(run, post) -> None:
    with run:
        for percent in range(0, 101, 20):
            print(f"\r{percent} %", end="", flush=True)
        print()
        for percent in range(3):
            print(f"{percent} of 2", end="\r", flush=True)
    assert post.texts() == [("OUT", "100 %"), ("OUT", "2 of 2")]


def test_a_flush_that_was_asked_for_reaches_the_stream_and_the_end_of_a_line_alone_does_not(run, monkeypatch) -> None:
    class Counting(io.TextIOWrapper):
        flushes = 0

        def flush(self) -> None:
            self.flushes += 1
            super().flush()

    stream = Counting(io.BytesIO(), "utf-8")
    monkeypatch.setattr(sys, "stdout", stream)
    with run:
        print("one")
        start = stream.flushes
        print("two")
        assert stream.flushes == start
        print("three", flush=True)
        assert stream.flushes == start + 1
        print("half", end="", flush=True)
        assert stream.flushes == start + 2
    assert stream.buffer.getvalue() == b"one\ntwo\nthree\nhalf"


def test_threads_are_heard_and_their_lines_are_whole(run, post) -> None:
    def talk(name: str) -> None:
        for number in range(200):
            print(name, number, "x" * 50)
            log.info("%s logs %d", name, number)

    with run:
        threads = [threading.Thread(target=talk, args=(f"thread-{each}",)) for each in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    expected = {f"thread-{each} {number} {'x' * 50}" for each in range(4) for number in range(200)}
    assert {text for level, text in post.texts() if level == "OUT"} == expected
    assert sum(level == "INFO" for level, _ in post.texts()) == 800


def test_a_record_shown_by_a_handler_is_not_there_twice(run, post, capsys: pytest.CaptureFixture) -> None:
    with run:
        handler = logging.StreamHandler()
        log.addHandler(handler)
        log.error("once")
        log.removeHandler(handler)
    assert post.texts() == [("ERROR", "once")]
    assert capsys.readouterr().err == "once\n"


def test_basic_config_works_in_a_job_as_anywhere(run, post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging.root, "handlers", [])
    with run:
        logging.basicConfig(level=logging.DEBUG, format="%(message)s")
        assert len(logging.root.handlers) == 1
        log.debug("shown")
    assert post.texts() == [("DEBUG", "shown")]


def test_without_any_handler_warnings_still_reach_the_terminal(run, post, monkeypatch, capsys) -> None:
    monkeypatch.setattr(logging.root, "handlers", [])
    with run:
        log.warning("last resort")
    assert (capsys.readouterr().err, post.texts()) == ("last resort\n", [("WARNING", "last resort")])


def test_an_exception_is_logged_with_its_traceback(run, post) -> None:
    with run:
        try:
            raise KeyError("lost")
        except KeyError:
            log.exception("Not found")
    texts = post.texts()
    assert texts[0] == ("ERROR", "Not found")
    assert texts[-1] == ("ERROR", "KeyError: 'lost'")
    assert {level for level, _ in texts} == {"ERROR"}


def test_a_record_that_cannot_be_formatted_is_kept_as_it_is(run, post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging, "raiseExceptions", False)
    with run:
        log.warning("%d items", "three")
    assert post.texts()[0] == ("WARNING", "%d items ('three',)")


def test_rqs_own_records_are_the_workers(run, post) -> None:
    with run:
        logging.getLogger("rq.worker").error("not the job's")
        logging.getLogger("rqueue").error("the job's")
    assert post.texts() == [("ERROR", "the job's")]


def test_a_root_level_that_someone_chose_is_kept(run, post) -> None:
    logging.root.setLevel(logging.ERROR)
    with run:
        log.warning("below")
        log.error("above")
    assert post.texts() == [("ERROR", "above")]
    assert logging.root.level == logging.ERROR


def test_a_record_factory_of_the_job_stays_and_nothing_is_heard_twice(run, post, monkeypatch) -> None:
    original = logging.getLogRecordFactory()
    with run:
        ours = logging.getLogRecordFactory()
        logging.setLogRecordFactory(lambda *args, **kwargs: ours(*args, **kwargs))
    wrapped = logging.getLogRecordFactory()
    try:
        with run:
            log.error("heard")
        assert logging.getLogRecordFactory() is wrapped
    finally:
        logging.setLogRecordFactory(original)
    assert post.texts() == [("ERROR", "heard")]
