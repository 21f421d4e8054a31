/** What changed, for those who hear the page: one short sentence now and then, never every tick. */
import { useEffect, useState } from "preact/hooks";
import { compact } from "../format.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { live } from "../liveness.js";
import { totals } from "../store.js";
import { announcer } from "./announcer.model.js";

const LOOK_MS = 2_000;

const words = ({ isLive, queued, started, failed }) =>
  isLive ? t("announce.summary", { queued: compact(queued), started: compact(started), failed: compact(failed) }) : t("announce.not_live");

export function Announcer() {
  const [text, setText] = useState("");
  useEffect(() => {
    const listen = announcer();
    const timer = setInterval(() => {
      const said = listen({ isLive: live.peek(), totals: totals.peek(), at: performance.now() });
      if (said) setText(words(said));
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, []);
  return html`<p class="hidden-visually" role="status" aria-live="polite">${text}</p>`;
}
