/** What the palette can lead to. It is gathered anew with each letter, and holds still between them. */
import { useEffect, useMemo, useState } from "preact/hooks";
import * as api from "../../api.js";
import { useCatalog } from "../../catalog.js";
import { offered, targets } from "../../deeds.js";
import { shortId, workerName } from "../../format.js";
import { t } from "../../i18n.js";
import { KEYS } from "../../keys.model.js";
import { lay } from "../../overlay.js";
import { setTheme } from "../../prefs.js";
import { to, toJob, toType } from "../../router.js";
import { freeze, frozen, goOn, queues, running, workers } from "../../store.js";
import { mayBeId } from "./palette.model.js";
import { recentJobs } from "./recent.js";

/** What can be done to what is open or chosen is seen whole, also by who does not know that it can be. */
const ALL = Infinity;
/** Somebody who is still typing asks for nothing. */
const PAUSE_MS = 200;

const pageItem = ({ page, keys }) => ({ id: `page-${page}`, icon: page, label: t(`title.${page}`), also: page, keys: keys[0], href: to(page) });
const queueItem = ({ name }) => ({ id: `queue-${name}`, icon: "groups", label: name, href: to("jobs", { queue: name }) });
const workerItem = (worker) => ({ id: `worker-${worker.name}`, icon: "workers", label: workerName(worker), hint: worker.queues.join(" "), also: worker.name, href: to("workers", { worker: worker.name }) });
const typeItem = (type) => ({ id: `type-${type.name}`, icon: "submit", label: type.title ?? type.name, hint: type.name, href: toType(type.name) });
const jobItem = (job, place) => ({ id: `${place}-${job.id}`, icon: "jobs", label: job.title || job.id, hint: [shortId(job.id), job.queue].filter(Boolean).join(" · "), also: job.id, href: toJob(job.id) });

const isDark = () => matchMedia("(prefers-color-scheme: dark)").matches;

/** Asked of the page as it is shown: its own theme, else that of the system. */
function otherTheme() {
  const { theme } = document.documentElement.dataset;
  return (theme ?? (isDark() ? "dark" : "light")) === "dark" ? "light" : "dark";
}

const commands = () => [
  { id: "do-freeze", icon: "settings", label: t(frozen.peek() ? "frozen.go_on" : "palette.freeze"), keys: "f", run: () => (frozen.peek() ? goOn() : freeze()) },
  { id: "do-keys", icon: "settings", label: t("palette.keys"), keys: "?", run: () => lay("keys") },
  { id: "do-theme", icon: "settings", label: t(`palette.theme.${otherTheme()}`), run: () => setTheme(otherTheme()) },
];

const deedItem = (kind, target) => (deed) => ({ id: `deed-${kind}-${deed.name}`, icon: "activity", label: deed.label(), hint: target.title, also: deed.name, keys: deed.key, isDeed: true, run: () => deed.run(target) });

const deedItems = (found, kind) => found.filter((each) => each.kind === kind).flatMap(({ target }) => offered(kind, target).map(deedItem(kind, target)));

/** The groups of the palette in their order; `query` says when to look anew. What is open or focused is what was when it was opened. */
export function useGroups(query) {
  const { types } = useCatalog();
  const found = useMemo(targets, []);
  return useMemo(
    () => [
      ...["jobs", "job", "queue", "worker"].map((kind) => ({ kind, items: deedItems(found, kind), most: ALL })),
      { kind: "opened", items: recentJobs().map((job) => jobItem(job, "opened")), most: 3 },
      { kind: "running", items: running.peek().map((job) => jobItem(job, "running")), most: 3 },
      { kind: "pages", items: KEYS.filter(({ page }) => page).map(pageItem), most: 11 },
      { kind: "types", items: (types ?? []).map(typeItem), most: 0 },
      { kind: "queues", items: queues.peek().map(queueItem), most: 0 },
      { kind: "workers", items: workers.peek().map(workerItem), most: 0 },
      { kind: "commands", items: [...deedItems(found, "page"), ...commands()], most: 12 },
    ],
    [query, types],
  );
}

export const searchItem = (query) => ({ id: "search", icon: "find", label: t("palette.search", { query }), href: to("jobs", { q: query }) });

/** The job with the id that was typed or pasted, once the server has said that there is one. */
export function useFound(text, isPasted) {
  const [found, setFound] = useState(null);
  useEffect(() => {
    setFound(null);
    if (!mayBeId(text, isPasted)) return undefined;
    const ended = new AbortController();
    const ask = () => api.job(text, ended.signal).then(({ job }) => setFound(jobItem(job, "found")), () => {});
    const timer = setTimeout(ask, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      ended.abort();
    };
  }, [text, isPasted]);
  return found;
}
