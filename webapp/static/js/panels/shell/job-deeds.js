/** What can be done to one job, by key and in the palette: what its buttons do, the bell, and a note. */
import * as api from "../../api.js";
import { say, sayError } from "../../components/toast.js";
import { register } from "../../deeds.js";
import { t } from "../../i18n.js";
import { canEnd } from "../../kept.model.js";
import { go, leaveJob, route, showTab, toJob } from "../../router.js";
import { KNOWN, perform, RARER } from "../actions.js";
import { fitsJob } from "../fits.model.js";
import { ring } from "../job/bell.js";
import { noteOn, rarerOn } from "../job/chosen.js";
import { KEY_OF } from "../operations/verbs.model.js";

/** Asked before a key does it, and not before a click. */
const CONFIRMED = new Set(["cancel"]);

/** The job in full, where only its id is known. */
const whole = async (job) => (job.status === undefined ? (await api.job(job.id)).job : job);

async function act(name, target) {
  const job = await whole(target).catch(sayError);
  if (!job) return;
  if (!fitsJob(name, job)) {
    unfit(name, job);
    return;
  }
  const isDone = await perform(name, job);
  if (isDone && name === "delete" && route.peek().job === job.id) leaveJob();
}

/** A key was pressed that does nothing to such a job: said, rather than nothing at all. */
const unfit = (name, job) => say(t("deed.unfit", { deed: t(`action.${name}`).replace("…", ""), status: job.status ? t(`job.status.${job.status}`) : "—" }), { level: "warn" });

for (const name of KNOWN) {
  register({
    about: "job", name, key: KEY_OF[name],
    label: () => t(`action.${name}`),
    fits: (job) => fitsJob(name, job),
    run: (job) => act(name, job),
    unfit: (job) => unfit(name, job),
    confirm: CONFIRMED.has(name) ? (job) => ({ title: t(`action.${name}.ask`, { title: job.title }), text: t(`action.${name}.means`), verb: t(`action.${name}.yes`) }) : null,
  });
}

/** These ask for more, in a dialog over the open job. */
const TOLD_MORE = new Set(["edit", "move"]);

for (const name of RARER) {
  register({
    about: "job", name, key: KEY_OF[name],
    label: () => t(`action.${name}`),
    fits: (job) => fitsJob(name, job),
    unfit: (job) => unfit(name, job),
    run(job) {
      if (!TOLD_MORE.has(name)) return act(name, job);
      rarerOn.value = { id: job.id, name };
      return route.peek().job === job.id || go(toJob(job.id));
    },
  });
}

register({
  about: "job", name: "note", key: "w",
  label: () => t("deed.note"),
  run: (job) => {
    noteOn.value = job.id;
    if (route.peek().job === job.id) showTab("notes");
    else go(`${toJob(job.id)}#notes`);
  },
});

register({
  about: "job", name: "bell", key: "b",
  label: () => t("deed.bell"),
  fits: (job) => canEnd(job.status ?? null),
  run: ring,
});
