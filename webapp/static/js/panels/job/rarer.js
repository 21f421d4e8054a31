/** What is done to a job more rarely: a menu, and the dialogs of what has to be told more. */
import { Menu } from "../../components/menu.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { boards } from "../../store.js";
import { perform, RARER, whyNot } from "../actions.js";
import { fitsJob } from "../fits.model.js";
import { rarerOn } from "./chosen.js";
import { Edit } from "./edit.js";
import { Move } from "./move.js";

const DIALOGS = { edit: Edit, move: Move };

/** Set aside, as far as its reason to wait is known. */
const isHeld = ({ id }) => boards.value[`why/${id}`]?.value?.value?.code === "held";

function fits(name, job) {
  if (name === "hold" || name === "release") return fitsJob(name, job) && isHeld(job) === (name === "release");
  return fitsJob(name, job);
}

export function Rarer({ job }) {
  const names = RARER.filter((name) => fits(name, job));
  if (!names.length) return null;
  const refused = whyNot();
  const { id, name: asked } = rarerOn.value ?? {};
  const onPick = (name) => (name in DIALOGS ? (rarerOn.value = { id: job.id, name }) : perform(name, job));
  return html`
    <${Menu} label=${t("operations.other")} name="rarer" items=${names.map((name) => ({ id: name, label: t(`action.${name}`), tip: t(`action.${name}.tip`), refused }))} onPick=${onPick} />
    ${id === job.id && names.includes(asked) && html`<${DIALOGS[asked]} job=${job} onLeave=${() => (rarerOn.value = null)} />`}`;
}
