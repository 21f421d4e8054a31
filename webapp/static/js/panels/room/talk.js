/** What was said: read from the end, held still for whoever scrolled up. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Avatar } from "../../components/avatar.js";
import { Linked } from "../../components/linked.js";
import { Skeleton } from "../../components/skeleton.js";
import { explained } from "../../components/trouble.js";
import { now } from "../../clock.js";
import { day, hourMinute, moment } from "../../format.js";
import { html } from "../../html.js";
import { has, t } from "../../i18n.js";
import { zone } from "../../prefs.js";
import { room, sayAgain, withdraw } from "../../room.js";
import { newerThan, turns } from "../../room.model.js";

/** This near to the end counts as being there. */
const NEAR_PX = 40;
const DAY_MS = 86_400_000;

function dayName(ms) {
  const name = day(ms);
  if (name === day(now.peek())) return t("room.today");
  return name === day(now.peek() - DAY_MS) ? t("room.yesterday") : name;
}

const Day = ({ at }) => html`<p class="room-day"><span>${dayName(at)}</span></p>`;

const Bubble = ({ message, name, first }) => html`
  <p class="bubble" dir="auto" title=${moment(message.at, now.peek())} data-message=${message.id}>
    ${!first && html`<span class="hidden-visually">${name}: </span>`}<${Linked} text=${message.message} />
  </p>`;

function Turn({ turn: { by, name, own, at, messages } }) {
  const called = own ? t("room.you") : name;
  return html`
    <div class=${`turn ${own ? "own" : ""}`} data-by=${by}>
      ${!own && html`<${Avatar} by=${by} name=${name} />`}
      <div class="turn-body">
        <p class="turn-head"><bdi class="turn-name">${called}</bdi> <time>${hourMinute(at)}</time></p>
        ${messages.map((message, n) => html`<${Bubble} key=${message.id} message=${message} name=${called} first=${n === 0} />`)}
      </div>
    </div>`;
}

const reason = (error) => (has(`room.error.${error.code}`) ? t(`room.error.${error.code}`) : explained(error).message);

/** One's own message that nobody has yet: on its way, or refused with the reason. */
function Pending({ message }) {
  const { text, error } = message;
  return html`
    <div class=${`turn own pending ${error ? "refused" : ""}`}>
      <div class="turn-body">
        <p class="bubble" dir="auto"><${Linked} text=${text} /></p>
        ${error
          ? html`<p class="pending-note" role="alert">
              <span class="failed">${t("room.not_sent")} ${reason(error)}</span>
              <button type="button" class="button" onClick=${() => sayAgain(message)}>${t("error.retry")}</button>
              <button type="button" class="button bare" onClick=${() => withdraw(message)}>${t("room.discard")}</button>
            </p>`
          : html`<p class="pending-note quiet">${t("room.sending")}</p>`}
      </div>
    </div>`;
}

/** Stays at the end while one is there, and after one's own words; counts what came meanwhile otherwise. */
function useEnd(messages, pending, you) {
  const box = useRef(null);
  const atEnd = useRef(true);
  const known = useRef({ seen: null, pending: 0 });
  const [, redraw] = useState(0);
  const last = messages.at(-1)?.id ?? null;
  const toEnd = () => {
    box.current.scrollTop = box.current.scrollHeight;
    atEnd.current = true;
    known.current.seen = last;
    redraw((n) => n + 1);
  };
  useLayoutEffect(() => {
    const wrote = pending.length > known.current.pending;
    known.current.pending = pending.length;
    if (atEnd.current || wrote) toEnd();
  }, [last, pending]);
  useLayoutEffect(() => {
    const sizes = new ResizeObserver(() => atEnd.current && (box.current.scrollTop = box.current.scrollHeight));
    sizes.observe(box.current);
    return () => sizes.disconnect();
  }, []);
  const onScroll = ({ currentTarget: node }) => {
    const was = atEnd.current;
    atEnd.current = node.scrollHeight - node.scrollTop - node.clientHeight < NEAR_PX;
    if (atEnd.current) known.current.seen = last;
    if (was !== atEnd.current) redraw((n) => n + 1);
  };
  const newer = atEnd.current ? 0 : newerThan(messages, known.current.seen, you);
  return { box, onScroll, newer, toEnd };
}

const Empty = () => html`<div class="empty room-empty"><strong>${t("room.empty")}</strong><span>${t("room.empty.next")}</span></div>`;

const Waiting = () => html`
  <div class="room-log" aria-busy="true"><${Skeleton} width=${180} height=${34} /><${Skeleton} width=${260} height=${34} /></div>`;

function Log({ messages, pending, you }) {
  const { box, onScroll, newer, toEnd } = useEnd(messages, pending, you);
  return html`
    <div class="room-scroll">
      <div class="room-log fresh" ref=${box} onScroll=${onScroll} role="log" aria-live="polite" aria-label=${t("room.log")} tabindex="0">
        ${!messages.length && !pending.length && html`<${Empty} />`}
        ${turns(messages, you, day).map((each) => (each.day ? html`<${Day} key=${each.key} at=${each.at} />` : html`<${Turn} key=${each.key} turn=${each} />`))}
        <div class="room-pending" aria-live="off">${pending.map((message) => html`<${Pending} key=${message.ref} message=${message} />`)}</div>
      </div>
      ${newer > 0 && html`<button type="button" class="newer room-newer" onClick=${toEnd}>${t("room.newer", { n: newer })}</button>`}
    </div>`;
}

export function Talk() {
  const { messages, pending, you } = room.value;
  return messages ? html`<${Log} key=${zone.value} messages=${messages} pending=${pending} you=${you} />` : html`<${Waiting} />`;
}
