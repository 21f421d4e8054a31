/** What a person can do to a job: asks where much would be lost, does it, says how it went, and takes a delete back. */
import * as api from "../api.js";
import { ask } from "../components/ask.js";
import { say, sayError } from "../components/toast.js";
import { t } from "../i18n.js";
import { go, toJob } from "../router.js";
import { mayWrite, receive, server } from "../store.js";
import { dropUndo, keepUndo, undoOf, untold } from "../undo.js";
import { idFor } from "./submit/once.model.js";

/** These ask first. */
const ASKED = new Set(["stop", "delete"]);

/** Why nothing may be done here, or "" where it may. `role`: "admin" for what concerns everybody. */
export function whyNot(role = "operator") {
  const { look_only: isLookOnly, why_no_admin: noAdmin, why_not: why } = server.value ?? {};
  // A viewer is not sent for a role that would not do either.
  if (role === "admin" && noAdmin && !isLookOnly) return noAdmin;
  return mayWrite.value ? "" : why || t("banner.look_only.fix");
}

/** The job as the answer tells it; without the time of its read it only fills a gap. */
const show = ({ job, as_of = 0 }) => receive([{ type: "job", job, as_of }]);

const wordsOf = (job) => ({ title: job.title ?? job.id });

/** Puts a job back that this tab has deleted. */
export async function restore(job) {
  const { token, dismiss } = undoOf(job.id) ?? {};
  dropUndo(job.id);
  dismiss?.();
  try {
    const answer = await api.restore(job.id, token);
    show(answer);
    say(t("action.restore.done", wordsOf(answer.job)));
  } catch (error) {
    sayError(error);
  }
}

/** Says that the job is deleted, and offers to put it back as long as that is possible. */
function offerUndo(undo, job) {
  const dismiss = say(t("action.delete.done", { title: undo.title }), { undo: { until: undo.until, run: () => restore(job) } });
  keepUndo(job.id, { ...undo, dismiss });
}

/** What was deleted here before the page was loaded anew can still be put back. */
export const offerAgain = () => untold().forEach(([id, undo]) => offerUndo(undo, { id }));

/** The job as it is afterwards is shown where it is open. `more`: what else the verb takes. */
const plain = (verb) => async (job, more) => {
  show(await api.act(job.id, verb, job.status, more));
  say(t(`action.${verb}.done`, { ...wordsOf(job), ...more }));
};

/** What was pressed for a job and never answered: pressed again, it makes the job that it may have made already. */
const unanswered = new Map();

async function runAgain(job, edited) {
  const press = idFor(edited ?? null, unanswered.get(job.id));
  unanswered.set(job.id, press);
  const answer = await api.runAgain(job.id, { ...edited, id: press.id });
  unanswered.delete(job.id);
  show(answer);
  say(t("action.run_again.done", wordsOf(job)));
  go(toJob(answer.job.id));
}

const DEEDS = {
  ...Object.fromEntries(["cancel", "requeue", "run_now", "to_front", "move", "hold", "release"].map((verb) => [verb, plain(verb)])),
  async stop(job) {
    const answer = await api.act(job.id, "stop", job.status);
    show(answer);
    if (answer.heard === 0) say(t("action.stop.unheard"), { level: "warn", fix: t("action.stop.unheard.fix") });
    else say(t("action.stop.done", wordsOf(job)));
  },
  async delete(job) {
    const { undo } = await api.remove(job.id, job.status);
    const done = t("action.delete.done", wordsOf(job));
    if (!undo) return say(done, { level: "warn", fix: t("action.delete.final") });
    return offerUndo({ ...undo, title: wordsOf(job).title }, job);
  },
  run_again: runAgain,
  edit: runAgain,
};

/** The deeds this page knows, in the order of their buttons. */
export const KNOWN = ["stop", "cancel", "requeue", "run_now", "run_again", "delete"];
/** Those behind the last button of a job. */
export const RARER = ["edit", "to_front", "move", "hold", "release"];

/** Does `name` to `job`, as its row showed it. Throws what the server refused. */
export const carryOut = (name, job, more) => DEEDS[name](job, more);

/** The same, after a question where one is due. True afterwards: done, or the person was told why not. */
export async function perform(name, job) {
  if (whyNot()) {
    say(t("action.refused"), { level: "warn", fix: whyNot() });
    return false;
  }
  const agreed =
    !ASKED.has(name) ||
    (await ask({ title: t(`action.${name}.ask`, wordsOf(job)), text: t(`action.${name}.means`), verb: t(`action.${name}.yes`) }));
  if (!agreed) return false;
  try {
    await carryOut(name, job);
    return true;
  } catch (error) {
    sayError(error);
    return false;
  }
}
