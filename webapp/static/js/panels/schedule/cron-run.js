/** The button that runs a cron job now, beside its schedule. */
import { useState } from "preact/hooks";
import * as api from "../../api.js";
import { say, sayError } from "../../components/toast.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { go, toJob } from "../../router.js";
import { perform, whyNot } from "../actions.js";

async function enqueue(job) {
  try {
    const answer = await api.runCron(job.name, job.key);
    say(t("schedule.cron.run.done", { name: job.name }));
    go(toJob(answer.job.id));
  } catch (error) {
    sayError(error);
  }
}

/** As its process would, where that says what it runs; else a copy of its newest job; else there is nothing to run. */
const run = (job) => (job.run_now === "carried" ? enqueue(job) : perform("run_again", { id: job.newest, title: job.title }));

export function CronRun({ job, disabled }) {
  const [busy, setBusy] = useState(false);
  const refused = whyNot();
  const how = job.run_now ?? "nothing";
  const isOff = busy || disabled || how === "nothing";
  const onClick = async () => {
    if (isOff) return;
    if (refused) {
      say(t("action.refused"), { level: "warn", fix: refused });
      return;
    }
    setBusy(true);
    await run(job);
    setBusy(false);
  };
  return html`
    <button
      type="button"
      class="button"
      aria-disabled=${isOff || refused ? "true" : undefined}
      aria-label=${t("action.run_now.label", { title: job.name })}
      title=${refused || t(`schedule.cron.run.${how}`)}
      data-action="run_cron"
      onClick=${onClick}
    >${t("action.run_now.short")}</button>`;
}
