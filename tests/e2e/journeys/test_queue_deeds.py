"""Hold, release, pause, resume and empty a queue from the Overview: what is said beforehand is what becomes of it."""

from playwright.sync_api import expect

from jobs import _keys
from tests.e2e.journeys.site import OWN
from tests.support import eventually


def opens_deeds(visitor, queue: str):
    visitor.part(f"[data-deeds={queue!r}]").at.click()
    return visitor.part("dialog.deeds")


def test_a_queue_is_held_paused_and_emptied_from_its_menu(site, visit, operations_process):
    operations_process(env=OWN)
    eventually(lambda: dict(site.redis.pubsub_numsub(_keys.PAUSE_BELL))[_keys.PAUSE_BELL.encode()], 20)
    for _ in range(3):
        site.enqueue("tests.fixture_jobs.nothing", queue="mail")
    visitor = visit(site).opens("/")
    row = visitor.part("[data-queue=mail]")

    deeds = opens_deeds(visitor, "mail").sees("They are set aside in their order", "New jobs still start")
    deeds.clicks("Hold the 3 that wait")
    visitor.is_told("3 jobs of mail are held.")
    row.sees("3 held")
    opens_deeds(visitor, "mail").sees("3 jobs are held since").sees_not("anyone").clicks("Release 3 jobs")
    row.sees_not("held")

    opens_deeds(visitor, "mail").clicks("Pause")
    row.sees("paused, 3 parked")
    site.enqueue("tests.fixture_jobs.nothing", queue="mail")
    row.sees("paused, 4 parked")
    # By keyboard: the menu opens, Escape closes it, and the focus is where it was.
    visitor.part("[data-deeds=mail]").at.focus()
    visitor.page.keyboard.press("Enter")
    visitor.part("dialog.deeds").sees("Paused since", "4 jobs are parked")
    visitor.page.keyboard.press("Escape")
    visitor.part("dialog.deeds").is_gone()
    expect(visitor.part("[data-deeds=mail]").at).to_be_focused()
    opens_deeds(visitor, "mail").clicks("Resume")
    row.sees_not("paused")
    assert site.redis.llen("rq:queue:mail") == 4

    opens_deeds(visitor, "mail").button("Empty: delete 4 jobs…").focus()
    visitor.page.keyboard.press("Enter")
    visitor.question.sees("Empty mail?")
    visitor.page.keyboard.press("Escape")
    visitor.question.is_gone()
    opens_deeds(visitor, "mail").clicks("Empty: delete 4 jobs…")
    visitor.question.sees("Empty mail?", "4 jobs", "What waits, is held or parked is deleted")
    visitor.agrees("Delete 4 jobs").is_told("4 jobs deleted")
    eventually(lambda: not site.ids())

    visitor.part("[data-deeds='']").at.click()
    visitor.part("dialog.deeds").clicks("Suspend all workers")
    visitor.part("[data-testid=banner-suspended]").sees("All workers are suspended.").clicks("Resume")
    visitor.part("[data-testid=banner-suspended]").is_gone()


def test_what_waits_of_one_function_is_held_and_the_menu_says_which_workers_skip_a_pause(
    site, visit, operations_process, worker_process
):
    operations_process(env=OWN)
    for func in ("nothing", "say_hello", "say_hello", "nothing", "say_hello"):
        site.enqueue(f"tests.fixture_jobs.{func}", queue="mail")
    visitor = visit(site).opens("/")
    deeds = opens_deeds(visitor, "mail").sees("Hold one function…")
    deeds.at.get_by_label("Function").select_option("tests.fixture_jobs.say_hello")
    deeds.clicks("Hold one function…")
    visitor.question.sees("3 jobs", "tests.fixture_jobs.say_hello")
    visitor.agrees("Hold 3 jobs").is_told("3 jobs held")
    visitor.part("[data-queue=mail]").sees("3 held")
    assert site.redis.llen("rq:queue:mail") == 2

    worker_process("other", "mail", options=("--queue-class", "jobs._pausable.PausableQueue"))
    opens_deeds(visitor, "mail").sees("The one worker that listens skips the queue for certain")
    visitor.page.keyboard.press("Escape")
    visitor.opens("/workers").part("[data-testid=skips]").sees("skips paused queues")


def test_why_a_queue_cannot_be_deleted_is_said_with_the_way_to_what_keeps_it(
    site, visit, worker_process, operations_process
):
    operations_process(env=OWN)
    site.enqueue("tests.fixture_jobs.nothing", queue="left").cancel()
    visitor = visit(site).opens("/")
    deeds = opens_deeds(visitor, "left").sees("One job is still in it (1 canceled)", "stays until somebody deletes it")
    expect(deeds.button("Delete the queue…")).to_have_attribute("aria-disabled", "true")
    deeds.clicks("Show its jobs").is_gone()
    visitor.at.locator("[data-pick-shown]").click()
    visitor.panel("picked").clicks("Delete…")
    visitor.agrees("Delete 1 job").is_told("1 job deleted")

    worker = worker_process("left")
    visitor.opens("/").within_queue_row("left").is_there()
    opens_deeds(visitor, "left").sees("A worker listens to it: stop it first.")
    worker.stop()
    expect(visitor.part("dialog.deeds").button("Delete the queue…")).not_to_have_attribute("aria-disabled", "true")
    visitor.part("dialog.deeds").sees("Nothing is in it.").clicks("Delete the queue…")
    visitor.agrees("Delete it").is_told("The queue left is deleted.")
    assert b"rq:queue:left" not in site.redis.smembers("rq:queues")


def test_a_queue_in_which_nothing_is_is_paused_and_resumed_without_a_word_of_jobs(site, visit, operations_process):
    operations_process(env=OWN)
    eventually(lambda: dict(site.redis.pubsub_numsub(_keys.PAUSE_BELL))[_keys.PAUSE_BELL.encode()], 20)
    site.enqueue("tests.fixture_jobs.nothing", queue="void").delete()
    visitor = visit(site).opens("/")
    opens_deeds(visitor, "void").clicks("Pause")
    visitor.is_told("void is paused: jobs that come are parked.")
    expect(visitor.within_queue_row("void").part(".remark").at).to_have_text("paused")
    opens_deeds(visitor, "void").sees("no job is parked", "None is parked.", "resume it first").clicks("Resume")
    visitor.is_told("void goes on; no job was parked.")
    visitor.part("[data-deeds='']").at.click()
    visitor.part("dialog.deeds").sees_not("idle").clicks("Suspend all workers")
    visitor.is_told("All workers are suspended.")
