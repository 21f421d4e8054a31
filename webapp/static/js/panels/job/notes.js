/** What people left on a job for each other, and below it what was done to the job. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import * as api from "../../api.js";
import { useBoard } from "../../board.js";
import { ask } from "../../components/ask.js";
import { Avatar } from "../../components/avatar.js";
import { isEnter } from "../../components/enter.js";
import { Linked } from "../../components/linked.js";
import { Skeleton } from "../../components/skeleton.js";
import { sayError } from "../../components/toast.js";
import { Trouble } from "../../components/trouble.js";
import { moment, zoneName } from "../../format.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { liveNow } from "../../liveness.js";
import { speaker } from "../../prefs.js";
import { charsOf, COUNTED_CHARS, MOST_CHARS } from "../../room.model.js";
import { to } from "../../router.js";
import { said } from "../../said.js";
import { you } from "../../store.js";
import { whyNot } from "../actions.js";
import { noteOn } from "./chosen.js";
import { Deeds } from "./deeds.js";
import { isOwn } from "./notes.model.js";

/** What was begun and not left, by job: kept while the page is. */
const drafts = new Map();

async function takeBack(job, note) {
  const agreed = await ask({ title: t("notes.take_back.ask"), text: t("notes.take_back.means"), verb: t("notes.take_back") });
  if (agreed) await api.takeNoteBack(job.id, note.id, speaker()).catch(sayError);
}

const Note = ({ job, note }) => html`
  <li class="note" data-note=${note.id}>
    <${Avatar} by=${note.by} name=${note.name} />
    <div class="note-body">
      <p class="note-head"><bdi class="note-name">${said(note.name)}</bdi> <time title=${zoneName(note.at)}>${moment(note.at, liveNow.peek())}</time>
        ${isOwn(note, you.value) && !whyNot() && html`<button type="button" class="button bare" onClick=${() => takeBack(job, note)}>${t("notes.take_back")}</button>`}
      </p>
      <p class="note-text" dir="auto"><${Linked} text=${note.text} /></p>
    </div>
  </li>`;

/** Under which name a note will stand, and where that is changed. */
const As = () => you.value && html`
  <span class="quiet">${t("notes.as")} <bdi>${you.value.name}</bdi>${!you.value.fixed && html` · <a class="link" href=${to("room")}>${t("notes.rename")}</a>`}</span>`;

/** One line, and as many more as are written, up to what the style sheet allows. */
function useGrowth(text) {
  const area = useRef(null);
  useLayoutEffect(() => {
    area.current.style.height = "auto";
    area.current.style.height = `${area.current.scrollHeight + 2}px`;
  }, [text]);
  return area;
}

function Composer({ job, isFull, most }) {
  const [text, setText] = useState(drafts.get(job.id) ?? "");
  const [busy, setBusy] = useState(false);
  const area = useGrowth(text);
  const isWished = noteOn.value === job.id;
  useEffect(() => {
    if (!isWished) return;
    noteOn.value = null;
    area.current.focus();
  }, [isWished]);
  const length = charsOf(text);
  const why = whyNot() || (isFull && t("notes.full", { n: most }));
  const stopped = Boolean(busy || why || !length || length > MOST_CHARS);
  const write = (value) => {
    drafts.set(job.id, value);
    setText(value);
  };
  const onSubmit = (event) => {
    event.preventDefault();
    if (stopped) return;
    setBusy(true);
    api.leaveNote(job.id, text, speaker()).then(() => write(""), sayError).finally(() => setBusy(false));
  };
  return html`
    <form class="note-form" onSubmit=${onSubmit}>
      <textarea rows="1" dir="auto" ref=${area} value=${text} placeholder=${t("notes.placeholder")} aria-label=${t("notes.write")} readonly=${Boolean(why)}
        aria-invalid=${length > MOST_CHARS ? "true" : undefined} aria-describedby="note-why" enterkeyhint="send" autocomplete="off"
        onInput=${(event) => write(event.currentTarget.value)} onKeyDown=${(event) => isEnter(event) && onSubmit(event)}></textarea>
      <button type="submit" class="button large" title=${t("notes.leave.tip")} aria-disabled=${stopped ? "true" : undefined}>${t("notes.leave")}</button>
      <p class="note-why" id="note-why" aria-live="polite">
        ${why ? html`<span class="quiet">${why}</span>` : html`<${As} />`}
        ${length > COUNTED_CHARS && html`<span class=${length > MOST_CHARS ? "failed" : "quiet"}>${t(length > MOST_CHARS ? "notes.too_long" : "notes.length", { n: length, most: MOST_CHARS })}</span>`}
      </p>
    </form>`;
}

function Notes({ job }) {
  const { value, error, retry } = useBoard(`notes/${job.id}`);
  if (!value && error) return html`<${Trouble} error=${error} onRetry=${retry} />`;
  if (!value) return html`<div class="notes-wait" aria-busy="true"><${Skeleton} width=${220} /></div>`;
  const { notes, most } = value;
  return html`
    ${notes.length ? html`<ul class="notes fresh" data-testid="notes">${notes.map((note) => html`<${Note} key=${note.id} job=${job} note=${note} />`)}</ul>` : html`<p class="notes-none">${t("notes.none")}</p>`}
    <${Composer} job=${job} isFull=${notes.length >= most} most=${most} />`;
}

export const Panel = ({ job }) => html`
  <${Notes} job=${job} />
  <${Deeds} id=${job.id} />`;
