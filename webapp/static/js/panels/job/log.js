/** The live log: follows its end, unless somebody scrolled up to read. */
import { Component } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { CopyButton } from "../../components/copy.js";
import { time } from "../../format.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { logs } from "../../store.js";
import { useWatch } from "../../watch.js";
import { asText, blocks, LEVEL_TONES } from "./log.model.js";

/** This near to the end counts as being there. */
const NEAR_PX = 32;

const Line = ({ line }) => html`
  ${line.runStarts && html`<div class="log-run"><span>${t("log.run", { time: time(line.at) })}</span></div>`}
  <div class=${`log-line ${LEVEL_TONES[line.level] ?? ""}`} data-level=${line.level}><time>${time(line.at, true)}</time> <span>${line.text}</span></div>`;

/** Drawn again only when lines were added to it or dropped: a line is never rewritten. */
class Block extends Component {
  shouldComponentUpdate({ block }) {
    const { lines } = this.props.block;
    return block.lines.length !== lines.length || block.lines[0].id !== lines[0].id;
  }

  render({ block }) {
    return html`<div class="log-block">${block.lines.map((line) => html`<${Line} key=${line.id} line=${line} />`)}</div>`;
  }
}

/** Keeps a scrolled box at its end while it is followed; counts what came meanwhile otherwise. */
function useFollow(count) {
  const box = useRef(null);
  const [following, setFollowing] = useState(true);
  const seen = useRef(count);
  useLayoutEffect(() => {
    if (!following) return;
    seen.current = count;
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [count, following]);
  const onScroll = ({ currentTarget: node }) => setFollowing(node.scrollHeight - node.scrollTop - node.clientHeight < NEAR_PX);
  return { box, onScroll, isBehind: !following, behind: count - seen.current, follow: () => setFollowing(true) };
}

function Empty({ job }) {
  if (job.log.lines) return html`<div class="log-box" aria-busy="true"></div>`;
  const key = !job.log.supported && !job.log.lines ? "log.unsupported" : job.status === "started" ? "log.waiting" : "log.none";
  return html`<p class="tab-empty">${t(key)}</p>`;
}

export function Log({ job }) {
  useWatch({ log: { job: job.id, after: "0-0" } });
  const entry = logs.value[job.id];
  const lines = entry?.lines ?? [];
  const { box, onScroll, isBehind, behind, follow } = useFollow((entry?.dropped ?? 0) + lines.length);
  if (!lines.length) return html`<${Empty} job=${job} />`;
  return html`
    <div class="log">
      <div class=${`log-box ${job.status === "started" ? "open" : ""}`} ref=${box} onScroll=${onScroll} tabindex="0" role="log" aria-label=${t("tabs.log")} aria-live="off">
        ${entry.dropped > 0 && html`<p class="quiet">${t("log.dropped", { n: entry.dropped })}</p>`}
        ${blocks(lines, entry.dropped).map((block) => html`<${Block} key=${block.key} block=${block} />`)}
      </div>
      <div class="log-tools">
        ${isBehind && html`<button type="button" class="newer" onClick=${follow}>${behind > 0 ? t("log.jump_new", { n: behind }) : t("log.jump")}</button>`}
        <span class="quiet">${t("log.lines", { n: (entry.dropped ?? 0) + lines.length })}</span>
        <${CopyButton} text=${asText(lines, (at) => time(at, true))} what=${t("tabs.log")} bare />
      </div>
    </div>`;
}
