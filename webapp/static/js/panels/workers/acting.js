/** What a person does to workers: asks first, does it, says how it went, and looks again whether anything happened. */
import { signal } from "@preact/signals";
import * as api from "../../api.js";
import * as workerApi from "../../api-workers.js";
import { ask } from "../../components/ask.js";
import { say, sayError } from "../../components/toast.js";
import { explained } from "../../components/trouble.js";
import { workerName } from "../../format.js";
import { t } from "../../i18n.js";
import { live } from "../../liveness.js";
import { workers } from "../../store.js";
import { whyNot } from "../actions.js";
import { shortTitle } from "../workers.model.js";
import { goesOn, IGNORED_MS, sumUp } from "./acting.model.js";

/** Names of the workers that are ticked. */
export const selected = signal(new Set());

export function select(names, isOn) {
  const next = new Set(selected.peek());
  for (const name of names) isOn ? next.add(name) : next.delete(name);
  selected.value = next;
}

/** Nothing in Redis tells beforehand that a worker has no work-horse. */
function lookAgain(worker, job) {
  setTimeout(() => {
    if (live.peek() && goesOn(workers.peek(), worker.name, job)) say(t("acting.ignored", { worker: workerName(worker) }), { level: "warn", fix: t("acting.ignored.fix") });
  }, IGNORED_MS);
}

const DEEDS = {
  shut_down: (worker) => workerApi.shutDown(worker.name),
  async kill(worker, job) {
    await workerApi.killRun(worker.name, job.id);
    lookAgain(worker, job);
  },
  async stop(worker, job) {
    await api.act(job.id, "stop", "started");
    lookAgain(worker, job);
  },
};

async function tried(question, deed) {
  if (whyNot("admin")) return say(t("action.refused"), { level: "warn", fix: whyNot("admin") });
  if (!(await ask(question))) return undefined;
  return deed().catch(sayError);
}

/** Does `name` to the worker, or to the run of `job`, as its row showed them. */
export function perform(name, worker, job) {
  const words = { worker: workerName(worker), title: shortTitle(job?.title ?? job?.id ?? "") };
  const question = { title: t(`acting.${name}.ask`, words), text: t(`acting.${name}.means`), verb: t(`acting.${name}.yes`), danger: name !== "shut_down" };
  return tried(question, async () => {
    await DEEDS[name](worker, job);
    say(t(`acting.${name}.done`, words));
  });
}

/** Shuts down all of these; says how many heard it, and why the first of the others did not. */
export function shutDownAll(chosen) {
  const question = { title: t("acting.several.ask", { n: chosen.length }), text: t("acting.shut_down.means"), verb: t("acting.shut_down.yes"), danger: false };
  return tried(question, async () => {
    const { heard, refused } = sumUp((await workerApi.shutDownWorkers(chosen.map(({ name }) => name))).workers);
    select(chosen.map(({ name }) => name), false);
    if (heard) say(t("acting.several.done", { n: heard }));
    if (refused.length) say(t("acting.several.refused", { n: refused.length }), { level: "warn", fix: explained(refused[0].error).message });
  });
}

/** Ends an added worker: after its job, or now. */
export function endAdded(worker, how) {
  const words = { worker: worker.name ?? worker.id };
  const question = { title: t(`acting.${how}_added.ask`, words), text: t(`acting.${how}_added.means`), verb: t(`acting.${how}_added`), danger: how === "kill" };
  return tried(question, () => workerApi.endAdded(worker.id, how));
}

/** True afterwards: they are being started. */
export async function addWorkers(queues, count) {
  try {
    await workerApi.addWorkers(queues, count);
    say(t("acting.add.done", { n: count }));
    return true;
  } catch (error) {
    sayError(error);
    return false;
  }
}
