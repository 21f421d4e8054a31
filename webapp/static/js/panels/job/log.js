/** The live log: follows its end, unless somebody scrolled up to read. */
import { Component } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { CopyButton } from "../../components/copy.js";
import { time } from "../../format.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { logs } from "../../store.js";
import { useWatch } from "../../watch.js";
import { chosen } from "./chosen.js";
import { asText, blocks, LEVEL_TONES, runsOf, runWithin } from "./log.model.js";

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

/** The choice of one run where there are several, or where one was asked for. */
function Runs({ job, runs, window, run }) {
  if (runs.length < 2 && !window) return null;
  const onChange = ({ currentTarget: { value } }) => {
    const found = runs.find((one) => one.run === value);
    chosen.value = found ? { job: job.id, from: found.from, to: found.to } : null;
  };
  return html`
    <label class="log-runs">
      <span class="muted">${t("log.show")}</span>
      <select value=${run?.run ?? (window ? "none" : "")} onChange=${onChange}>
        <option value="">${t("log.all_runs", { n: runs.length })}</option>
        ${window && !run && html`<option value="none">${t("log.run_without_lines", { time: time(window.from) })}</option>`}
        ${runs.map(({ run: id, from }) => html`<option key=${id} value=${id}>${t("log.run_of", { time: time(from) })}</option>`)}
      </select>
    </label>`;
}

const Lines = ({ job, lines, dropped }) => {
  const { box, onScroll, isBehind, behind, follow } = useFollow(dropped + lines.length);
  return html`
    <div class=${`log-box ${job.status === "started" ? "open" : ""}`} ref=${box} onScroll=${onScroll} tabindex="0" role="log" aria-label=${t("tabs.log")} aria-live="off">
      ${dropped > 0 && html`<p class="quiet">${t("log.dropped", { n: dropped })}</p>`}
      ${blocks(lines, dropped).map((block) => html`<${Block} key=${block.key} block=${block} />`)}
    </div>
    <div class="log-tools">
      ${isBehind && html`<button type="button" class="newer" onClick=${follow}>${behind > 0 ? t("log.jump_new", { n: behind }) : t("log.jump")}</button>`}
      <span class="quiet">${t("log.lines", { n: dropped + lines.length })}</span>
      <${CopyButton} text=${asText(lines, (at) => time(at, true))} what=${t("tabs.log")} bare />
    </div>`;
};

export function Log({ job }) {
  useWatch({ log: { job: job.id, after: "0-0" } });
  const entry = logs.value[job.id];
  const lines = entry?.lines ?? [];
  if (!lines.length) return html`<${Empty} job=${job} />`;
  const runs = runsOf(lines);
  const window = chosen.value?.job === job.id ? chosen.value : null;
  const run = window && runWithin(runs, window);
  const shown = window ? lines.filter((line) => line.run === run?.run) : lines;
  return html`
    <div class="log">
      <${Runs} job=${job} runs=${runs} window=${window} run=${run} />
      ${shown.length
        ? html`<${Lines} key=${run?.run ?? "all"} job=${job} lines=${shown} dropped=${window ? 0 : (entry.dropped ?? 0)} />`
        : html`<p class="tab-empty">${t("log.none_of_run")}</p>`}
    </div>`;
}
