/** One job: a drawer over the page it was opened from, with an address of its own. */
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import * as api from "../api.js";
import { now } from "../clock.js";
import { signal } from "@preact/signals";
import { Trouble } from "../components/trouble.js";
import { Skeleton } from "../components/skeleton.js";
import { icons } from "../components/icons.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { live } from "../liveness.js";
import { restore } from "../panels/actions.js";
import { Facts } from "../panels/job/facts.js";
import { Head } from "../panels/job/head.js";
import { ProgressBlock } from "../panels/job/progress.js";
import { Steps } from "../panels/job/steps.js";
import { Tabs } from "../panels/job/tabs.js";
import { Why } from "../panels/job/why.js";
import { speaker } from "../prefs.js";
import { leaveJob, route, to } from "../router.js";
import { jobs, receive } from "../store.js";
import { undoOf } from "../undo.js";
import { useWatch } from "../watch.js";

/** Why a job could not be fetched, by id. */
const failures = signal({});

/** The first picture comes over HTTP, changes over the socket; whichever was read later is shown. */
function useJob(id) {
  useWatch({ job: id, looking: { job: id, ...speaker() } });
  useEffect(() => {
    const ended = new AbortController();
    failures.value = {};
    api.job(id, ended.signal).then(
      ({ job, as_of = 0 }) => receive([{ type: "job", job, as_of }]),
      (error) => ended.signal.aborted || (failures.value = { [id]: error }),
    );
    return () => ended.abort();
  }, [id]);
  const last = useRef(null);
  if (last.current?.id !== id) last.current = null;
  const entry = jobs.value[id];
  if (entry?.value) last.current = entry.value;
  return { job: last.current, isGone: entry?.value === null, error: failures.value[id] };
}

/** Deleted by this tab, and not for good yet. */
function Undo({ job, until }) {
  const left = Math.floor((until - now.value) / 1000);
  if (left <= 0) return html`<${Gone} known=${Boolean(job.status)} />`;
  return html`
    <div class="banner warn" role="alert" data-testid="job-deleted">
      <p><strong>${t("action.deleted")}</strong> <button type="button" class="button" aria-label=${t("toast.undo.name")} onClick=${() => restore(job)}>${t("toast.undo", { n: left })}</button></p>
    </div>`;
}

function Away({ id, job }) {
  const undo = undoOf(id);
  return undo ? html`<${Undo} job=${job ?? { id }} until=${undo.until} />` : html`<${Gone} known=${job} />`;
}

const Gone = ({ known }) => html`
  <div class="banner warn" role="alert" data-testid="job-gone">
    <p><strong>${t("job.gone")}</strong> ${t(known ? "job.gone.known" : "job.gone.unknown")} <a class="link" href=${to("jobs")}>${t("job.gone.next")}</a></p>
  </div>`;

const Waiting = () => html`<div class="job-head"><${Skeleton} width=${300} height=${14} /><p><${Skeleton} width=${180} height=${22} /></p><p><${Skeleton} width=${360} /></p></div>`;

function Body({ id }) {
  const { job, isGone, error } = useJob(id);
  if (!job && error && error.status !== 404) return html`<${Trouble} error=${error} />`;
  if (!job && (isGone || error)) return html`<${Away} id=${id} />`;
  if (!job) return html`<${Waiting} />`;
  return html`
    ${isGone && html`<${Away} id=${id} job=${job} />`}
    <div class=${`fresh ${isGone ? "was" : ""}`}>
      <${Head} job=${job} gone=${isGone} />
      ${!isGone && html`<${Why} job=${job} />`}
      <${ProgressBlock} job=${job} />
      <${Steps} job=${job} />
      <${Tabs} job=${job} />
      <${Facts} job=${job} />
    </div>`;
}

export function Page() {
  const dialog = useRef(null);
  const { job: id } = route.value;
  // Before it is painted: an Escape that comes right then is meant for it.
  useLayoutEffect(() => {
    const before = document.activeElement;
    const shown = dialog.current;
    shown.showModal();
    return () => {
      // What lies behind an open one cannot have the focus.
      shown.close();
      if (before?.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
  const onCancel = (event) => {
    if (event.target !== dialog.current) return;
    event.preventDefault();
    leaveJob();
  };
  const onBackdrop = (event) => event.target === dialog.current && leaveJob();
  return html`
    <dialog class=${`drawer ${live.value ? "" : "stale"}`} ref=${dialog} aria-label=${t("title.job")} onCancel=${onCancel} onClose=${() => route.peek().job && leaveJob()} onMouseDown=${onBackdrop} data-testid="job">
      <div class="drawer-in" tabindex="-1" autofocus>
        <button type="button" class="button bare icon drawer-close" onClick=${leaveJob} aria-label=${t("job.close")}><${icons.close} /></button>
        ${id && html`<${Body} key=${id} id=${id} />`}
      </div>
    </dialog>`;
}
