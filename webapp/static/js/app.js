/** The frame of every page: navigation, the page itself, an open job over it, and what lies on top. */
import { signal } from "@preact/signals";
import { Component } from "preact";
import { useEffect } from "preact/hooks";
import { Questions } from "./components/ask.js";
import { Toasts } from "./components/toast.js";
import { Trouble } from "./components/trouble.js";
import { html } from "./html.js";
import { t } from "./i18n.js";
import { live } from "./liveness.js";
import { Overview } from "./pages/overview.js";
import { Sidebar } from "./panels/sidebar.js";
import { behind, route } from "./router.js";
import { styled } from "./sheets.js";
import { server, slices } from "./store.js";
import { useWatch } from "./watch.js";
import { worded } from "./words.js";

/** With the words and looks of a job's page: of a traceback, say. */
const asJob = (load) => worded("job", styled("job", load));

/** With those of groups and their progress. */
const asGroup = (load) => worded("groups", styled("groups", load));
/** With those of the same call from elsewhere. */
const withCalls = (load) => worded("call", styled("call", load));
/** With those of a form. */
const asForm = (load) => worded("submit", styled("submit", load));
/** With those of acting on many jobs, and of the verbs that no first screen has. */
const acting = (load) => worded("operations", styled("operations", load));

/** Pages beyond the first screen come when they are asked for, or by and by. */
const LAZY = {
  jobs: acting(worded("jobs", styled("search", () => import("./pages/jobs.js")))),
  submit: worded("many", asGroup(withCalls(asForm(() => import("./pages/submit.js"))))),
  activity: acting(worded("activity", styled("activity", () => import("./pages/activity.js")))),
  room: worded("room", styled("room", () => import("./pages/room.js"))),
  failures: acting(asJob(worded("failures", styled("failures", () => import("./pages/failures.js"))))),
  workers: worded("acting", worded("workers", styled("workers", styled("acting", () => import("./pages/workers.js"))))),
  schedule: acting(worded("schedule", styled("schedule", () => import("./pages/schedule.js")))),
  groups: acting(asGroup(() => import("./pages/groups.js"))),
  stuck: acting(worded("stuck", styled("stuck", () => import("./pages/stuck.js")))),
  health: acting(worded("activity", worded("failures", worded("health", styled("health", () => import("./pages/health.js")))))),
  access: worded("access", styled("submit", styled("access", () => import("./pages/access.js")))),
  account: worded("access", styled("access", () => import("./panels/account.js"))),
  missing: () => import("./pages/missing.js"),
  shell: worded("acting", acting(worded("shell", styled("shell", () => import("./pages/shell.js"))))),
  job: acting(asForm(withCalls(worded("why", styled("why", asJob(styled("result", () => import("./pages/job.js")))))))),
  operations: acting(() => import("./pages/operations.js")),
};
const loaded = signal({ overview: Overview });

async function load(name) {
  if (loaded.peek()[name]) return;
  const module = await LAZY[name]();
  loaded.value = { ...loaded.peek(), [name]: module.Page };
}

/** A page that cannot be drawn says so in its place; the rest goes on. */
class Guard extends Component {
  state = { error: null };

  static getDerivedStateFromError = (error) => ({ error });

  render() {
    if (!this.state.error) return this.props.children;
    return html`<${Trouble} error=${{ code: "broken", message: "" }} onRetry=${() => location.reload()} />`;
  }
}

function Lazy({ name }) {
  const Page = loaded.value[name];
  useEffect(() => {
    if (!Page) load(name).catch(() => (loaded.value = { ...loaded.peek(), [name]: Unloadable }));
  }, [name, Page]);
  return Page ? html`<${Guard} key=${name}><${Page} /><//>` : null;
}

const Unloadable = () => html`<${Trouble} error=${{ code: "not_loaded", message: "" }} onRetry=${() => location.reload()} />`;

/** After a change of page the keyboard and the screen reader stand at its beginning. */
function useFocusOnChange(page) {
  useEffect(() => {
    if (document.activeElement && document.activeElement !== document.body) document.getElementById("main").focus({ preventScroll: true });
  }, [page]);
}

const idle = globalThis.requestIdleCallback ?? ((run) => setTimeout(run, 1_500));

/** Not before the first screen has its figures: they would stand in line behind a hundred files. */
async function loadRest() {
  for (const name of Object.keys(LAZY)) {
    await new Promise(idle);
    await load(name).catch(() => {});
  }
}

export function App() {
  useWatch({ overview: true });
  const { page } = behind.value;
  useFocusOnChange(page);
  const isFilled = live.value;
  useEffect(() => {
    if (isFilled) loadRest();
  }, [isFilled]);
  return html`
    <a class="skip" href="#main">${t("skip")}</a>
    <div class=${`app ${live.value || !slices.totals.value ? "" : "stale"}`}>
      <${Sidebar}>${server.value?.user && html`<${Lazy} name="account" />`}<${Lazy} name="operations" /><//>
      <main class="page" id="main" tabindex="-1"><${Lazy} name=${page} /></main>
    </div>
    ${route.value.job && html`<${Lazy} name="job" />`}
    <${Lazy} name="shell" />
    <${Questions} />
    <${Toasts} />`;
}
