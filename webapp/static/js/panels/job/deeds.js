/** What was done to a job, by whom, through which server and from where: as far as the activity was looked at. */
import { useEffect, useState } from "preact/hooks";
import * as api from "../../api.js";
import { Trouble } from "../../components/trouble.js";
import { moment, NOTHING, shortId, zoneName } from "../../format.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { liveNow } from "../../liveness.js";
import { toJob } from "../../router.js";
import { said } from "../../said.js";
import { activity } from "../../store.js";
import { useWatch } from "../../watch.js";
import { detailOf, outcomeOf, verbOf, whenceOf } from "../activity.model.js";
import { deedsOn } from "./notes.model.js";

const PAGE = 50;
const NOTHING_YET = { lines: [], next: null, looked_at: 0, total: 0, error: null, busy: true };

/** The lines about a job: fetched as far back as was asked for, and pushed from then on. */
function useDeeds(id) {
  useWatch({ activity: true });
  const [state, setState] = useState(NOTHING_YET);
  const look = (before) =>
    api.activity({ job: id, limit: PAGE, ...(before && { before }) }).then(
      (page) => setState((known) => ({ ...page, lines: [...known.lines, ...page.lines], looked_at: known.looked_at + page.looked_at, error: null, busy: false })),
      (error) => setState((known) => ({ ...known, error, busy: false })),
    );
  useEffect(() => {
    look("");
  }, [id]);
  const further = () => {
    setState((known) => ({ ...known, busy: true }));
    look(state.next);
  };
  return { ...state, lines: deedsOn(id, activity.value?.lines ?? [], state.lines), further };
}

const Line = ({ line, id }) => {
  const { word, level } = outcomeOf(line);
  return html`
    <li class="deed" data-line=${line.id} data-verb=${line.action}>
      <p class="deed-what"><strong>${verbOf(line)}</strong> <bdi>${said(line.actor) ?? NOTHING}</bdi>
        ${line.job && line.job !== id && html`<a class="link mono" href=${toJob(line.job)}>${shortId(line.job)}</a>`}
        <span class=${`chip ${level}`}><span class="dot"></span>${word}</span></p>
      <p class="deed-sub quiet"><time title=${zoneName(line.at)}>${moment(line.at, liveNow.peek())}</time>${[whenceOf(line), detailOf(line)].filter(Boolean).map((part) => ` · ${part}`)}</p>
    </li>`;
};

export function Deeds({ id }) {
  const { lines, next, looked_at: n, total, error, busy, further } = useDeeds(id);
  return html`
    <section class="deeds" aria-labelledby="deeds-title" data-testid="deeds">
      <h2 id="deeds-title">${t("notes.deeds")}</h2>
      ${error && html`<${Trouble} error=${error} onRetry=${further} />`}
      ${lines.length > 0 && html`<ul class="fresh">${lines.map((line) => html`<${Line} key=${line.id} line=${line} id=${id} />`)}</ul>`}
      ${!lines.length && !busy && !error && html`<p class="notes-none">${t("notes.deeds.none")}</p>`}
      ${next && html`<p class="deeds-looked quiet">${t("notes.deeds.looked", { n, total })} <button type="button" class="button" disabled=${busy} onClick=${further}>${t("notes.deeds.further")}</button></p>`}
    </section>`;
}
