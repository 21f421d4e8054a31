/** What changed, for those who hear the page: one short sentence, at most every five seconds. */
import { useEffect, useRef, useState } from "preact/hooks";
import { compact } from "../format.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { live } from "../liveness.js";
import { totals } from "../store.js";

const EVERY_MS = 5_000;

/** Two leading digits: "1,284 waiting" that becomes 1,285 is no news. */
const coarse = (n) => (n < 100 ? n : Number(n.toPrecision(2)));

function sentence() {
  if (!live.peek()) return t("announce.not_live");
  const { queued, started, failed } = totals.peek() ?? {};
  if (queued === undefined) return "";
  return t("announce.summary", { queued: compact(coarse(queued)), started: compact(coarse(started)), failed: compact(coarse(failed)) });
}

export function Announcer() {
  const [text, setText] = useState("");
  const said = useRef("");
  useEffect(() => {
    const timer = setInterval(() => {
      const next = sentence();
      if (next !== said.current) setText((said.current = next));
    }, EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return html`<p class="hidden-visually" role="status" aria-live="polite">${text}</p>`;
}
