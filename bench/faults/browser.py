"""The same in a real Chromium: what the pill says, and when the list shows what has come since."""

import time
from collections.abc import Callable

from playwright.sync_api import Page

from bench._browser import chromium
from bench.faults._scene import Scene
from bench.faults._trial import SOON, Outcome, fault
from bench.faults.restarts import restart
from tests import raw_jobs
from tests.clock_off import seconds_off

LIST = "/jobs?queue=low&status=queued"
PILL = "[data-testid=status]"


def wait_for(page: Page, text: str, live: bool, most: float = 40.0) -> float:
    """Seconds until the pill is as it is to be, and the page has this text."""
    began = time.monotonic()
    page.wait_for_selector(f'{PILL}[data-live="{str(live).lower()}"]', timeout=most * 1000)
    page.get_by_text(text).first.wait_for(timeout=most * 1000)
    return time.monotonic() - began


def run(outcome: Outcome, break_it: Callable[[Scene], None], mend: Callable[[Scene], None], dark: bool = True) -> None:
    """Look at the list meanwhile. `dark`: the pill is to say during the fault that the page is not live."""
    with Scene(outcome, tabs=2) as scene, chromium() as browser:
        raw_jobs.listed(scene.redis, "queued", "known-before", queue="low")
        page = browser.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{scene.webs[0].url}{LIST}")
        wait_for(page, "known-before", live=True)
        with scene.breaking():
            break_it(scene)
            said = ""
            if dark:
                told = wait_for(page, "known-before", live=False, most=10)
                pill = page.locator(PILL).inner_text().strip().splitlines()[0]
                said = f"the pill said “{pill}” after {told:.1f} s, the list stood; "
                time.sleep(3)
            mend(scene)
            raw_jobs.listed(scene.redis, "queued", "come-since", queue="low")
            took = wait_for(page, "come-since", live=True)
        outcome.remarks.append(f"Chromium: {said}what had come since was shown {took:.1f} s after the end")
        if took > SOON:
            outcome.broken.append(f"Chromium showed what had come since after {took:.1f} s only")
        outcome.broken += errors


@fault("Redis stopped, in Chromium on a list")
def browser_redis_stopped(outcome: Outcome) -> None:
    run(outcome, lambda scene: scene.server.stop(), lambda scene: scene.server.start())


@fault("Redis back with a clock five minutes behind, in Chromium on a list")
def browser_redis_clock_back(outcome: Outcome) -> None:
    def mend(scene: Scene) -> None:
        scene.server.environment = seconds_off(-300)
        scene.server.start()

    run(outcome, lambda scene: scene.server.stop(), mend)


@fault("the web process restarted on its port, in Chromium on a list")
def browser_web_restarted(outcome: Outcome) -> None:
    run(outcome, lambda scene: restart(scene, 0), lambda scene: None, dark=False)
