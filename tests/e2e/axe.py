"""axe-core on a page as it stands: what hinders people, at both widths and in both themes."""

from pathlib import Path

from playwright.sync_api import Page

from tests.support import ROOT

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
WIDE, PHONE = {"width": 1280, "height": 830}, {"width": 390, "height": 844}

#: "rule (help): element what is wrong" of everything that axe finds within `scope`.
RUN = """async ([scope, rules]) => {
  const options = {resultTypes: ["violations"], ...(rules && {runOnly: {type: "rule", values: rules}})};
  const {violations} = await axe.run(scope, options);
  return violations.flatMap(({id, help, nodes}) => nodes.map(({html, failureSummary}) =>
    `${id} (${help}): ${html.slice(0, 200)} ${failureSummary.replace(/\\s+/g, " ").slice(0, 300)}`));
}"""
#: What a change of the theme alone can change.
COLOURS = ["color-contrast", "link-in-text-block"]
#: Both themes at both widths: everything twice, and the colours four times.
ALL_LOOKS = ((WIDE, "light", None), (WIDE, "dark", COLOURS), (PHONE, "dark", None), (PHONE, "light", COLOURS))
LOOKS = (ALL_LOOKS[0], ALL_LOOKS[2])
#: The browser tells the page of another theme or width some time after it said that it had.
IS_SEEN = "([width, theme]) => innerWidth === width && matchMedia(`(prefers-color-scheme: ${theme})`).matches"
#: Nothing is judged by the colours of a moment on the way; what inherits a colour moves after its parent.
STILL = """async () => {
  for (let still = 0; still < 3; ) {
    await new Promise(requestAnimationFrame);
    still = document.getAnimations().some(({playState}) => playState === "running") ? 0 : still + 1;
  }
}"""


def found(page: Page, axe: Path, name: str, looks: tuple = LOOKS, scope: str = "html") -> list[str]:
    """What hinders on the page as it stands, in every look; it is wide and light again afterwards."""
    wrong = []
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(axe.read_text())
    for size, theme, rules in looks:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.wait_for_function(IS_SEEN, arg=[size["width"], theme])
        page.evaluate(STILL)
        wrong += [f"{name}, {size['width']} px, {theme}: {text}" for text in page.evaluate(RUN, [scope, rules])]
    page.set_viewport_size(WIDE)
    page.emulate_media(color_scheme="light")
    return wrong
