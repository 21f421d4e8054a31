/** What is done to a job more rarely: a menu, and the dialogs of what has to be told more. */
import { useState } from "preact/hooks";
import { Menu } from "../../components/menu.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { perform, RARER, whyNot } from "../actions.js";
import { Edit } from "./edit.js";
import { isEditable } from "./edit.model.js";
import { Move } from "./move.js";

const DIALOGS = { edit: Edit, move: Move };

const fits = (name, job) => (name === "edit" ? job.actions.includes("run_again") && isEditable(job) : job.actions.includes(name));

export function Rarer({ job }) {
  const [asked, setAsked] = useState("");
  const names = RARER.filter((name) => fits(name, job));
  if (!names.length) return null;
  const refused = whyNot();
  const onPick = (name) => (name in DIALOGS ? setAsked(name) : perform(name, job));
  return html`
    <${Menu} label=${t("operations.other")} name="rarer" items=${names.map((name) => ({ id: name, label: t(`action.${name}`), tip: t(`action.${name}.tip`), refused }))} onPick=${onPick} />
    ${asked && html`<${DIALOGS[asked]} job=${job} onLeave=${() => setAsked("")} />`}`;
}
