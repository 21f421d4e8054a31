/** What a job waits for and what waits for it, live: boxes that are links, over lines; and the same as a list. */
import { signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { useBoard } from "../../board.js";
import { StatusChip, statusName } from "../../components/chip.js";
import { Skeleton } from "../../components/skeleton.js";
import { Trouble } from "../../components/trouble.js";
import { shortId } from "../../format.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { toJob } from "../../router.js";
import { above, below, BOX, edgeKind, hasBroken, layoutInput, pathOf, shapeOf } from "./graph.model.js";

/** The library that finds the places, once it is here; null where it did not come: the list is shown then. */
const library = signal(undefined);

function load() {
  import("@dagrejs/dagre").then((dagre) => (library.value = dagre), () => (library.value = null));
}

function placed({ Graph, layout }, value) {
  const graph = new Graph();
  graph.setGraph({ rankdir: "TB", nodesep: 18, ranksep: 40, marginx: 3, marginy: 3 });
  graph.setDefaultEdgeLabel(() => ({}));
  const { nodes, edges } = layoutInput(value);
  for (const [id, box] of nodes) graph.setNode(id, box);
  for (const [from, to] of edges) graph.setEdge(from, to);
  layout(graph);
  const { width, height } = graph.graph();
  return {
    width: Math.ceil(width),
    height: Math.ceil(height),
    boxes: Object.fromEntries(nodes.map(([id]) => [id, graph.node(id)])),
    lines: edges.map(([from, to]) => ({ from, to, path: pathOf(graph.edge(from, to).points) })),
  };
}

const titleOf = (job) => job.title || shortId(job.id);
const statusText = (job) => (job.gone ? t("graph.gone") : statusName(job.status));

function more(job) {
  const parts = [job.more_parents && t("graph.more_parents", { n: job.more_parents }), job.more_dependents && t("graph.more_dependents", { n: job.more_dependents })];
  return parts.filter(Boolean).join(" · ");
}

const Box = ({ job, at, isThis }) => html`
  <li style=${{ left: `${at.x - BOX.width / 2}px`, top: `${at.y - BOX.height / 2}px`, width: `${BOX.width}px`, height: `${BOX.height}px` }}>
    <a class=${`graph-box s-${job.gone ? "warn" : (job.status ?? "warn")} ${isThis ? "this" : ""} ${job.gone ? "gone" : ""}`} href=${toJob(job.id)} aria-current=${isThis ? "true" : undefined} data-node=${job.id}
      title=${[titleOf(job), job.func, job.id, more(job)].filter(Boolean).join("\n")}>
      <strong class="clip">${titleOf(job)}</strong>
      <span class="clip"><span class="dot" aria-hidden="true"></span> ${statusText(job)} <span class="mono quiet">${shortId(job.id)}</span></span>
    </a>
  </li>`;

function Picture({ value, root }) {
  const box = useRef(null);
  const places = useMemo(() => placed(library.value, value), [shapeOf(value)]);
  const jobs = Object.fromEntries(value.jobs.map((job) => [job.id, job]));
  useLayoutEffect(() => {
    const { x, y } = places.boxes[root] ?? { x: 0, y: 0 };
    box.current.scrollTo(x - box.current.clientWidth / 2, y - box.current.clientHeight / 2);
  }, [places]);
  return html`
    <div class="graph" ref=${box} tabindex="0" role="group" aria-label=${t("graph.label")} data-testid="graph">
      <div class="graph-ground" style=${{ width: `${places.width}px`, height: `${places.height}px` }}>
        <svg width=${places.width} height=${places.height} aria-hidden="true">
          <defs>
            <marker id="graph-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0 L8 4 L0 8 z" /></marker>
          </defs>
          ${places.lines.map(({ from, to, path }) => html`<path key=${`${from} ${to}`} class=${`graph-line ${edgeKind(jobs[from], jobs[to])}`} d=${path} marker-end="url(#graph-arrow)" />`)}
        </svg>
        <ul>${value.jobs.map((job) => places.boxes[job.id] && html`<${Box} key=${job.id} job=${job} at=${places.boxes[job.id]} isThis=${job.id === root} />`)}</ul>
      </div>
    </div>`;
}

const Item = ({ job }) => html`
  <li class="graph-item">
    ${job.gone ? html`<span class="chip s-warn">${t("graph.gone")}</span>` : html`<${StatusChip} status=${job.status} />`}
    <a class="link clip" href=${toJob(job.id)}>${titleOf(job)}</a> <span class="mono quiet">${shortId(job.id)}</span>
    ${Math.abs(job.level) > 1 && html`<span class="quiet">${t("graph.levels", { n: Math.abs(job.level) })}</span>`}
    ${more(job) && html`<span class="quiet">${more(job)}</span>`}
  </li>`;

const Side = ({ name, jobs }) => jobs.length > 0 && html`<h3>${t(name)}</h3><ul>${jobs.map((job) => html`<${Item} key=${job.id} job=${job} />`)}</ul>`;

const List = ({ jobs }) => html`
  <${Side} name="graph.waits_for" jobs=${above(jobs)} />
  <${Side} name="graph.needed_by" jobs=${below(jobs)} />`;

/** What the picture cannot say: rules of RQ, and what was left out. */
const Notes = ({ job, value }) => html`
  <ul class="graph-notes">
    ${hasBroken(value) && html`<li>${t("graph.broken")}</li>`}
    ${value.more > 0 && html`<li>${t("graph.more", { n: value.more })}</li>`}
    ${job.allow_failure && html`<li>${t("graph.allow_failure")}</li>`}
    ${job.status === "finished" && html`<li>${t("graph.forgets")}</li>`}
  </ul>`;

export function Panel({ job }) {
  const { value, error, loading, retry } = useBoard(`graph/${job.id}`);
  useEffect(load, []);
  if (!value && error) return html`<${Trouble} error=${error} onRetry=${retry} />`;
  if (loading || !value || library.value === undefined) return html`<div class="graph-wait" aria-busy="true"><${Skeleton} width=${240} /></div>`;
  const hasPicture = library.value !== null;
  return html`
    ${hasPicture && html`<${Picture} key=${job.id} value=${value} root=${job.id} />`}
    <${Notes} job=${job} value=${value} />
    ${hasPicture ? html`<details class="graph-list"><summary>${t("graph.as_list")}</summary><${List} jobs=${value.jobs} /></details>` : html`<div class="graph-list"><${List} jobs=${value.jobs} /></div>`}`;
}
