/** Failures of each of the last 24 hours as bars, and in a sentence. */
import { html } from "../../html.js";
import { liveNow } from "../../liveness.js";
import { trendWords } from "./causes.model.js";

const [STEP, BAR, HEIGHT] = [4, 3, 24];

/** Something that happened once is still seen beside a thousand. */
const heightOf = (n, most) => (n ? Math.max(2, (n / most) * HEIGHT) : 0);

export function Trend({ trend }) {
  const most = Math.max(1, ...trend);
  const width = trend.length * STEP - (STEP - BAR);
  const label = trendWords(trend, liveNow.peek());
  return html`
    <svg class="trend" viewBox=${`0 0 ${width} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label=${label}>
      <title>${label}</title>
      <path class="trend-floor" d=${`M0 ${HEIGHT - 0.5}H${width}`} />
      ${trend.map((n, at) => n > 0 && html`<rect key=${at} x=${at * STEP} y=${HEIGHT - heightOf(n, most)} width=${BAR} height=${heightOf(n, most)} />`)}
    </svg>`;
}
