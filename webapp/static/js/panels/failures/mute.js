/** Hides a cause from everybody for a while, or tells of it again. */
import { useEffect, useRef, useState } from "preact/hooks";
import * as api from "../../api.js";
import { say, sayError } from "../../components/toast.js";
import { moment, roughly } from "../../format.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { liveNow } from "../../liveness.js";
import { said } from "../../said.js";
import { whyNot } from "../actions.js";

const SPANS = [3_600, 86_400, 604_800, null];

const spanName = (seconds) => (seconds === null ? t("failures.mute.forever") : t("failures.mute.for", { time: roughly(seconds) }));

async function change(does, done) {
  if (whyNot()) return say(t("failures.mute.refused"), { level: "warn", fix: whyNot() });
  try {
    await does();
    return say(done);
  } catch (error) {
    return sayError(error);
  }
}

/** Until when, and who wanted it. */
export const muteWords = ({ until, by }) => {
  const words = { by: said(by) };
  return until === null ? t("failures.muted.by", words) : t("failures.muted.until", { ...words, time: moment(until, liveNow.peek()) });
};

/** `id`, `name`: of the cause. */
export function Unmute({ id, name }) {
  const refused = whyNot();
  const onClick = () => change(() => api.unmute(id), t("failures.unmute.done", { name }));
  return html`<button type="button" class="button" aria-disabled=${refused ? "true" : undefined} title=${refused || t("failures.unmute.means")} aria-label=${t("failures.unmute.label", { name })} onClick=${onClick}>${t("failures.unmute")}</button>`;
}

export function Mute({ id, name }) {
  const [open, setOpen] = useState(false);
  const spans = useRef(null);
  const refused = whyNot();
  useEffect(() => spans.current?.querySelector("button")?.focus(), [open]);
  if (!open) {
    return html`<button type="button" class="button" aria-disabled=${refused ? "true" : undefined} title=${refused || t("failures.mute.means")} aria-label=${t("failures.mute.label", { name })} aria-expanded="false" onClick=${() => (refused ? change() : setOpen(true))}>${t("failures.mute")}</button>`;
  }
  const pick = (seconds) => {
    setOpen(false);
    return change(() => api.mute(id, seconds), t("failures.mute.done", { name }));
  };
  const onKeyDown = (event) => event.key === "Escape" && setOpen(false);
  return html`
    <span class="mute-spans" ref=${spans} role="group" aria-label=${t("failures.mute.label", { name })} onKeyDown=${onKeyDown}>
      ${SPANS.map((seconds) => html`<button type="button" class="button" key=${seconds} onClick=${() => pick(seconds)}>${spanName(seconds)}</button>`)}
      <button type="button" class="button bare icon" aria-label=${t("failures.mute.leave")} onClick=${() => setOpen(false)}>✕</button>
    </span>`;
}
