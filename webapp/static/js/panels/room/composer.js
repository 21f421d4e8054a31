/** Where one writes. Keeps what is written while nothing can be sent, and says so. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { now } from "../../clock.js";
import { isEnter } from "../../components/enter.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { draft, room, say } from "../../room.js";
import { charsOf, COUNTED_CHARS, MOST_CHARS } from "../../room.model.js";
import { retryRoom, roomLink } from "../../room-socket.js";

/** Why nothing can be sent now, "" where that is over in a moment; null where it can. */
function hindrance() {
  const { state, again } = roomLink.value;
  if (state !== "open") return again ? t("room.waiting") : "";
  if (room.value.reach === null) return "";
  return room.value.reach === "away" ? t("room.redis_away") : null;
}

/** One line, and as many more as are written, up to what the style sheet allows. */
function useGrowth(text) {
  const area = useRef(null);
  useLayoutEffect(() => {
    area.current.style.height = "auto";
    area.current.style.height = `${area.current.scrollHeight + 2}px`;
  }, [text]);
  return area;
}

/** Seconds until the next attempt, for the eye alone: read out each second it would drown everything else. */
const Countdown = ({ until }) => now.value && html`<span class="quiet nowrap" aria-hidden="true">${t("room.again", { n: Math.max(0, Math.ceil((until - Date.now()) / 1000)) })}</span>`;

function Hindrance({ text }) {
  const { state, retryAt } = roomLink.value;
  return html`
    <div class="room-note" data-testid="room-note">
      <span class="dot tinted s-warn" aria-hidden="true"></span><span role="status">${text}</span>
      ${state === "waiting" && html`<${Countdown} until=${retryAt} /><button type="button" class="button" onClick=${retryRoom}>${t("hop.retry")}</button>`}
    </div>`;
}

export function Composer() {
  const text = draft.value;
  const area = useGrowth(text);
  const why = hindrance();
  const stopped = why !== null;
  const length = charsOf(text);
  const tooLong = length > MOST_CHARS;
  const onSubmit = (event) => {
    event.preventDefault();
    if (stopped || tooLong || !length) return;
    say(text);
    draft.value = "";
    area.current.focus();
  };
  const onKeyDown = (event) => isEnter(event) && onSubmit(event);
  return html`
    <form class=${`composer ${stopped ? "stopped" : ""}`} onSubmit=${onSubmit}>
      ${why && html`<${Hindrance} text=${why} />`}
      ${!stopped && room.value.reach === "server" && html`<p class="room-note">${t("room.alone")}</p>`}
      <div class="composer-row">
        <textarea class="control" rows="1" dir="auto" ref=${area} value=${text} placeholder=${t("room.placeholder")} aria-label=${t("room.write")}
          aria-invalid=${tooLong ? "true" : undefined} aria-describedby="room-length" readonly=${stopped} enterkeyhint="send" autocomplete="off"
          onInput=${(event) => (draft.value = event.currentTarget.value)} onKeyDown=${onKeyDown}></textarea>
        <button type="submit" class="button large primary" aria-disabled=${stopped || tooLong || !length ? "true" : undefined}>${t("room.send")}</button>
      </div>
      <p class=${`room-length ${tooLong ? "failed" : "quiet"}`} id="room-length" aria-live="polite">
        ${length > COUNTED_CHARS && t(tooLong ? "room.too_long" : "room.length", { n: length, most: MOST_CHARS })}
      </p>
    </form>`;
}
