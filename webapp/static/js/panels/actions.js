/** What a person can do to a job: asks where it cannot be taken back, does it, and says how it went. */
import * as api from "../api.js";
import { ask } from "../components/ask.js";
import { say, sayError } from "../components/toast.js";
import { t } from "../i18n.js";
import { go, toJob } from "../router.js";
import { mayWrite, receive, server } from "../store.js";

/** These ask first. */
const ASKED = new Set(["stop", "delete"]);

/** Why nothing may be done here, or "" where it may. */
export const whyNot = () => (mayWrite.value ? "" : server.value?.why_not || t("banner.look_only.fix"));

/** The job as the answer tells it; without the time of its read it only fills a gap. */
const show = ({ job, as_of = 0 }) => receive([{ type: "job", job, as_of }]);

const DEEDS = {
  async stop(job) {
    const answer = await api.act(job.id, "stop", job.status);
    show(answer);
    if (answer.heard === 0) say(t("action.stop.unheard"), { level: "warn", fix: t("action.stop.unheard.fix") });
    else say(t("action.stop.done", { title: job.title }));
  },
  async cancel(job) {
    show(await api.act(job.id, "cancel", job.status));
    say(t("action.cancel.done", { title: job.title }));
  },
  async requeue(job) {
    show(await api.act(job.id, "requeue", job.status));
    say(t("action.requeue.done", { title: job.title }));
  },
  async run_now(job) {
    show(await api.act(job.id, "run_now", job.status));
    say(t("action.run_now.done", { title: job.title }));
  },
  async delete(job) {
    await api.remove(job.id, job.status);
    say(t("action.delete.done", { title: job.title }));
  },
  async run_again(job) {
    const answer = await api.runAgain(job.id);
    show(answer);
    say(t("action.run_again.done", { title: job.title }));
    go(toJob(answer.job.id));
  },
};

/** The deeds this page knows, in the order of their buttons. */
export const KNOWN = ["stop", "cancel", "requeue", "run_now", "run_again", "delete"];

/** Does `name` to `job`, as its row showed it. True afterwards: done, or the person was told why not. */
export async function perform(name, job) {
  if (whyNot()) {
    say(t("action.refused"), { level: "warn", fix: whyNot() });
    return false;
  }
  const words = { title: job.title ?? job.id };
  const agreed =
    !ASKED.has(name) ||
    (await ask({ title: t(`action.${name}.ask`, words), text: t(`action.${name}.means`), verb: t(`action.${name}.yes`) }));
  if (!agreed) return false;
  try {
    await DEEDS[name](job);
    return true;
  } catch (error) {
    sayError(error);
    return false;
  }
}
