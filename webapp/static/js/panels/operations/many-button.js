/** A button that asks before it does something to many jobs. */
import { useState } from "preact/hooks";
import { say, sayError } from "../../components/toast.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { askMany } from "../../operations.js";
import { whyNot } from "../actions.js";
import { DANGEROUS } from "./verbs.model.js";

/** `wish()`: {of, about, note} as operations.js takes them, or a promise of it. */
export function ManyButton({ verb, label, wish }) {
  const [busy, setBusy] = useState(false);
  const refused = whyNot();
  const onClick = async () => {
    if (busy) return;
    if (refused) {
      say(t("action.refused"), { level: "warn", fix: refused });
      return;
    }
    setBusy(true);
    try {
      askMany({ verb, ...(await wish()) });
    } catch (error) {
      sayError(error);
    }
    setBusy(false);
  };
  return html`<button type="button" class=${`button ${DANGEROUS.has(verb) ? "danger" : ""}`} aria-disabled=${busy || refused ? "true" : undefined} title=${refused || t(`operations.means.${verb}`)} data-many=${verb} onClick=${onClick}>${label}…</button>`;
}
