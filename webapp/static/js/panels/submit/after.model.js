/** Which jobs a new one can wait for, and what comes of it. Pure. */
import { t } from "../../i18n.js";

/** As the server has it: every one of them is looked at by the script that makes the job. */
export const PARENTS_MAX = 100;
/** Found jobs that are offered at once. */
const SHOWN = 8;

/** [{job, why}]: `why` a job cannot be picked; those that are chosen already are left out. */
export function choices(found, chosen) {
  const taken = new Set(chosen.map(({ id }) => id));
  return found.filter(({ id, status }) => !taken.has(id) && status).slice(0, SHOWN).map((job) => ({ job, why: job.status === "canceled" ? t("after.canceled") : "" }));
}

/** What to know of the chosen jobs as they are now; "" where nothing is special. */
export function advice(chosen, allowed) {
  const met = ({ status }) => status === "finished" || (allowed && status === "failed");
  if (chosen.length && chosen.every(met)) return t("after.met");
  const ended = chosen.filter(({ status }) => status === "stopped" || (!allowed && status === "failed"));
  return ended.length ? t("after.ended", { n: ended.length }) : "";
}
