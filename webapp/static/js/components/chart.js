/** Lines over time with uPlot, which is loaded when the first chart is drawn. Colours come from tokens.css. */
import { useEffect, useRef } from "preact/hooks";
import { hourMinute, number, zoneName } from "../format.js";
import { html } from "../html.js";
import { theme, zone } from "../prefs.js";

const FONT = '10px "Inter", system-ui, sans-serif';

let loading = null;

const address = (file) => new URL(`../../vendor/${file}`, import.meta.url).href;

/** uPlot's small file is a classic script; its module is twice the size on the wire. */
function library() {
  loading ??= new Promise((resolve, reject) => {
    const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href: address("uplot.min.css") });
    const script = Object.assign(document.createElement("script"), { src: address("uplot.iife.min.js") });
    sheet.onload = () => document.head.append(script);
    script.onload = () => resolve(globalThis.uPlot);
    sheet.onerror = script.onerror = reject;
    document.head.append(sheet);
  });
  return loading;
}

/** The colour behind a token, in the theme of now: a canvas knows no custom properties. */
function colour(box, token, share = 100) {
  const probe = document.createElement("i");
  probe.style.color = `color-mix(in srgb, var(${token}) ${share}%, transparent)`;
  box.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

/** First, middle and last moment: three labels fit any width. */
const moments = (u) => {
  const times = u.data[0];
  return [times[0], times[times.length >> 1], times.at(-1)];
};
const momentWords = (u, ticks) =>
  ticks.map((s, n) => (n === ticks.length - 1 ? `${hourMinute(s * 1000)} ${zoneName(s * 1000)}` : hourMinute(s * 1000)));

/** The last label ends at the edge, the first begins there: none is cut. */
const drawMoments = (ink) => (u) => {
  const { ctx, bbox } = u;
  const ratio = devicePixelRatio;
  const times = moments(u);
  ctx.save();
  ctx.font = FONT.replace("10px", `${10 * ratio}px`);
  ctx.fillStyle = ink;
  ctx.textBaseline = "top";
  momentWords(u, times).forEach((word, n) => {
    ctx.textAlign = ["left", "center", "right"][n];
    ctx.fillText(word, u.valToPos(times[n], "x", true), bbox.top + bbox.height + 6 * ratio);
  });
  ctx.restore();
};

function options(box, lines, top, onIndex) {
  const axis = { stroke: colour(box, "--text-2"), font: FONT, ticks: { show: false } };
  return {
    width: box.clientWidth,
    height: box.clientHeight,
    padding: [8, 2, 22, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
    scales: { x: { time: false }, y: { range: () => [0, top()] } },
    axes: [
      { ...axis, show: false },
      { ...axis, size: 31, gap: 6, space: 26, grid: { stroke: colour(box, "--line-soft"), width: 1 }, values: (_, ticks) => ticks.map((n) => (n ? number(n, 1) : "")) },
    ],
    series: [
      {},
      ...lines.map(({ colour: token, filled }) => ({
        stroke: colour(box, token),
        width: 1.4,
        fill: filled ? colour(box, token, 16) : undefined,
        spanGaps: false,
        points: { show: false },
      })),
    ],
    hooks: { draw: [drawMoments(axis.stroke)], setCursor: [(u) => onIndex(u.cursor.idx ?? null)] },
  };
}

/**
 * `data`: uPlot's columns; `lines`: {colour: token, filled}; `label`: the chart in a sentence, for those who do not
 * see it; `onIndex(index|null)`: the column under pointer or arrow keys.
 */
export function Chart({ data, lines, ceiling, label, onIndex }) {
  const box = useRef(null);
  const plot = useRef(null);
  const latest = useRef({});
  latest.current = { data, ceiling };
  useEffect(() => {
    const node = box.current;
    let ended = false;
    const draw = () =>
      library().then((UPlot) => {
        if (ended || !node.clientWidth) return;
        plot.current?.destroy();
        plot.current = new UPlot(options(node, lines, () => latest.current.ceiling, onIndex), latest.current.data, node);
      });
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const resized = new ResizeObserver(() => plot.current?.setSize({ width: node.clientWidth, height: node.clientHeight }));
    draw().then(() => document.fonts?.ready).then(() => plot.current?.redraw(), () => {});
    dark.addEventListener("change", draw);
    resized.observe(node);
    return () => {
      ended = true;
      dark.removeEventListener("change", draw);
      resized.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [theme.value, zone.value]);
  useEffect(() => plot.current?.setData(data), [JSON.stringify(data), ceiling]);
  const onKeyDown = (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step || !plot.current) return;
    event.preventDefault();
    const index = Math.min(data[0].length - 1, Math.max(0, (plot.current.cursor.idx ?? data[0].length - 1 - step) + step));
    plot.current.setCursor({ left: plot.current.valToPos(data[0][index], "x"), top: 10 });
  };
  return html`
    <div class="chart" ref=${box} role="img" tabindex="0" aria-label=${label} onKeyDown=${onKeyDown}
      onBlur=${() => plot.current?.setCursor({ left: -10, top: -10 })}></div>`;
}
