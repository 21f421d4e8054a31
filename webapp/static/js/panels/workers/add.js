/** Adding workers: here, by a button, where `make run` runs; elsewhere by the command beside it. */
import { useState } from "preact/hooks";
import { CodeBox } from "../../components/copy.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { health, server } from "../../store.js";
import { whyNot } from "../actions.js";
import { addWorkers } from "./acting.js";
import { areQueues, commandOn, isLocal, queuesIn } from "./acting.model.js";

/** Why none can be started by this server, or "". */
const whyNotHere = () => whyNot("admin") || (server.value?.supervisor ? "" : t("acting.add.no_supervisor"));

/** `most`: how many there may be; not known before the board is. */
export function AddWorkers({ most = 16 }) {
  const [text, setText] = useState(null);
  const [count, setCount] = useState("1");
  const [busy, setBusy] = useState(false);
  const typed = text ?? (server.value?.queues ?? []).join(" ");
  const queues = queuesIn(typed);
  const [isSound, refused] = [areQueues(queues), whyNotHere()];
  const onSubmit = async (event) => {
    event.preventDefault();
    if (busy || refused || !isSound) return;
    setBusy(true);
    await addWorkers(queues, Number(count));
    setBusy(false);
  };
  return html`
    <section class="card acting-add" aria-labelledby="add-title" data-testid="add-workers">
      <div class="card-head ruled"><h2 id="add-title">${t("acting.add.title")}</h2></div>
      <form onSubmit=${onSubmit}>
        <label class="acting-queues">${t("acting.add.queues")}
          <input class="control" name="queues" value=${typed} onInput=${(event) => setText(event.target.value)} aria-invalid=${isSound ? undefined : "true"} aria-describedby="add-help" autocomplete="off" spellcheck=${false} />
        </label>
        <label class="acting-count">${t("acting.add.count")}
          <select class="control" name="count" onChange=${(event) => setCount(event.target.value)}>${Array.from({ length: most }, (_, n) => html`<option key=${n} value=${n + 1} selected=${String(n + 1) === count}>${n + 1}</option>`)}</select>
        </label>
        <button type="submit" class="button primary acting-start" title=${refused || t("acting.add.tip")} aria-disabled=${busy || refused || !isSound ? "true" : undefined}>${t("acting.add.start")}</button>
        <p id="add-help" class=${isSound ? "muted" : "tinted s-bad"}>${!isSound ? t("acting.add.wrong") : refused || t("acting.add.help", { n: most })}</p>
      </form>
      <div class="acting-elsewhere">
        <p>${t("acting.add.elsewhere")}</p>
        <${CodeBox} text=${commandOn(server.value, isSound ? queues : [])} what=${t("workers.command")} />
        ${isLocal(health.value?.address) && html`<p class="muted">${t("acting.add.local", { address: health.value.address })}</p>`}
      </div>
    </section>`;
}
