/** The workers: who is there, what each runs, who is lost; and the processes beside them. */
import { useBoard } from "../board.js";
import { html } from "../html.js";
import { listed } from "../format.js";
import { t } from "../i18n.js";
import { Banners } from "../panels/banners.js";
import { PageHead } from "../panels/page-head.js";
import { AddedWorkers } from "../panels/workers/added.js";
import { AddWorkers } from "../panels/workers/add.js";
import { Filters } from "../panels/workers/filters.js";
import { Fleet } from "../panels/workers/fleet.js";
import { chosen, mixture } from "../panels/workers/fleet.model.js";
import { endOf, LostWorkers } from "../panels/workers/lost.js";
import { OneWorker } from "../panels/workers/one.js";
import { Processes } from "../panels/workers/processes.js";
import { behind, to } from "../router.js";
import { totals, workers } from "../store.js";

function Mixed() {
  const found = mixture(workers.value);
  if (!found) return null;
  const words = { old: t("workers.mixed.old", { n: found.old }), young: t("workers.mixed.young", { n: found.young }) };
  return html`<div class="banner warn" role="note" data-testid="banner-mixed"><p><strong>${t("workers.mixed", words)}</strong> ${t("workers.mixed.why")}</p></div>`;
}

/** RQ forgets them, and their jobs run all the same. */
const Unlisted = ({ names }) => html`
  <div class="banner warn" role="note" data-testid="banner-unlisted"><p><strong>${t("workers.unlisted", { n: names.length, names: listed(names) })}</strong> ${t("workers.unlisted.why")}</p></div>`;

const Nobody = () => html`
  <section class="card" data-testid="fleet"><div class="empty"><strong>${t("workers.none")}</strong><span>${t("workers.none.next")}</span></div></section>`;

export function Page() {
  const { worker: name, ...query } = behind.value.query;
  const processes = useBoard("processes");
  const added = useBoard("added").value;
  const [all, isKnown] = [workers.value, totals.value !== null];
  const one = all.find((worker) => worker.name === name);
  const unlisted = processes.value?.unlisted;
  return html`
    <${PageHead} title=${t("nav.workers")} />
    <${Banners} />
    <${Mixed} />
    ${unlisted?.length > 0 && html`<${Unlisted} names=${unlisted} />`}
    <div class="grid">
      ${name && isKnown && html`<${OneWorker} key=${name} name=${name} worker=${one} end=${one && endOf(processes.value, one)} added=${added?.workers.find((worker) => worker.worker === name)} back=${to("workers", query)} />`}
      ${!name && html`<${LostWorkers} workers=${all} board=${processes.value} />`}
      ${all.length > 0 && html`<${Filters} workers=${all} query=${query} />`}
      ${isKnown && !all.length ? html`<${Nobody} />` : html`<${Fleet} workers=${isKnown ? chosen(all, query) : null} />`}
      <${AddedWorkers} board=${added} />
      <div class="grid split-fleet">
        <${Processes} board=${processes} />
        <${AddWorkers} most=${added?.most} />
      </div>
    </div>`;
}
