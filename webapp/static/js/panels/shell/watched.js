/** Tells of watched jobs that ended: on the page, in the tab, and on the desktop where that was allowed. */
import { useEffect } from "preact/hooks";
import { say } from "../../components/toast.js";
import { t } from "../../i18n.js";
import { endings } from "../../kept.model.js";
import { go, route, toJob } from "../../router.js";
import { onNews } from "../../store.js";
import { useWatch } from "../../watch.js";
import { forgetJob, news, watched } from "../../watched.js";

const isSeen = () => !document.hidden && document.hasFocus();

/** Some phones have notifications only for installed pages, and throw. */
function notify(text, { id, title }) {
  if (globalThis.Notification?.permission !== "granted") return;
  try {
    const shown = new Notification(text, { body: title, tag: `rqlive.${id}` });
    shown.onclick = () => {
      focus();
      go(toJob(id));
      shown.close();
    };
  } catch {
    document.documentElement.dataset.notifications = "blocked";
  }
}

function tell(job) {
  forgetJob(job.id);
  const seen = isSeen();
  if (!seen) news.value = job;
  if (seen && route.peek().job === job.id) return;
  say(t(`watch.${job.outcome}`, { title: job.title }), { level: job.outcome === "finished" ? "ok" : "warn" });
  notify(`${job.mark} ${t(`watch.${job.outcome}.short`)}`, job);
}

const hear = ({ rows }) => endings(watched.peek(), rows).forEach(tell);

function look() {
  if (isSeen()) news.value = null;
}

export function Watched() {
  const ids = watched.value.map(({ id }) => id);
  useWatch(ids.length > 0 && { rows: ids, always: true });
  useEffect(() => onNews(hear), []);
  useEffect(() => {
    document.addEventListener("visibilitychange", look);
    addEventListener("focus", look);
    return () => {
      document.removeEventListener("visibilitychange", look);
      removeEventListener("focus", look);
    };
  }, []);
  return null;
}
