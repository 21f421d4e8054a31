/** The load to come as bars: scheduled jobs, and on top the next run of each cron job. Pure. */
import { hourMinute } from "../../format.js";
import { t } from "../../i18n.js";

/**
 * @param {{from: number, step: number, counts: number[]}} span `step` in seconds
 * @param {{next_at: number|null}[]} cron only the next run of each is known
 * @returns {{bars: {from, to, jobs, cron}[], top: number, total: number}} `top`: the highest bar, at least 1
 */
export function barsOf({ from, step, counts }, cron) {
  const bars = counts.map((jobs, n) => {
    const [start, end] = [from + n * step * 1000, from + (n + 1) * step * 1000];
    return { from: start, to: end, jobs, cron: cron.filter(({ next_at: at }) => at != null && at >= start && at < end).length };
  });
  const top = bars.reduce((most, bar) => Math.max(most, bar.jobs + bar.cron), 1);
  return { bars, top, total: counts.reduce((sum, n) => sum + n, 0) };
}

/** "14:05–14:10: 12 scheduled jobs, 1 cron job" */
export function barWords({ from, to, jobs, cron }) {
  const parts = [t("schedule.load.jobs", { n: jobs })];
  if (cron) parts.push(t("schedule.load.cron", { n: cron }));
  return `${hourMinute(from)}–${hourMinute(to)}: ${parts.join(", ")}`;
}

/** The chart in a sentence, for those who do not see it. */
export function loadSentence(title, { bars, total }) {
  const fullest = bars.reduce((best, bar) => (bar.jobs + bar.cron > best.jobs + best.cron ? bar : best), bars[0]);
  const said = t("schedule.load.sentence", { title, n: total });
  return fullest && fullest.jobs + fullest.cron > 0 ? `${said} ${t("schedule.load.fullest", { bar: barWords(fullest) })}` : said;
}
