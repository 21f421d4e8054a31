/** Who did what, when, with what outcome: live, newest first. */
import { useEffect, useState } from "preact/hooks";
import * as api from "../api.js";
import { Trouble } from "../components/trouble.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { ActivityTable, ActivityWaiting } from "../panels/activity.js";
import { Banners } from "../panels/banners.js";
import { PageHead } from "../panels/page-head.js";
import { behind } from "../router.js";
import { isLinked } from "../socket.js";
import { activity, receive } from "../store.js";
import { useWatch } from "../watch.js";

/** Without a socket the newest lines come over HTTP: not live, but not empty. */
function useFallback() {
  const [error, setError] = useState(null);
  const [again, setAgain] = useState(0);
  const isOpen = isLinked.value;
  useEffect(() => {
    if (isOpen || activity.peek()) return undefined;
    const ended = new AbortController();
    api.activity({}, ended.signal).then(
      (answer) => {
        setError(null);
        if (!activity.peek()) receive([{ type: "activity", reset: true, ...answer }]);
      },
      (failed) => ended.signal.aborted || setError(failed),
    );
    return () => ended.abort();
  }, [isOpen, again]);
  return { error, retry: () => setAgain((n) => n + 1) };
}

function Content() {
  const { error, retry } = useFallback();
  if (activity.value) return html`<${ActivityTable} known=${activity.value} query=${behind.value.query} />`;
  if (error) return html`<section class="card"><${Trouble} error=${error} onRetry=${retry} /></section>`;
  return html`<${ActivityWaiting} />`;
}

export function Page() {
  useWatch({ activity: true });
  return html`
    <${PageHead} title=${t("nav.activity")} />
    <${Banners} />
    <${Content} />`;
}
