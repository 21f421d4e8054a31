/** The sentences of a verdict: what is wrong, and the next step. Pure. */
import { listed, percent, roughly } from "../../format.js";
import { has, t } from "../../i18n.js";

/** Names in one sentence; of more it says how many. */
const NAMES_MOST = 3;

/** What other programs left may have no name. One name of several is said once, and each of them is counted. */
function few(list) {
  const named = list.map((name) => name || t("health.unnamed"));
  const shown = [...new Set(named)].slice(0, NAMES_MOST);
  const more = named.filter((name) => !shown.includes(name)).length;
  return listed(more ? [...shown, t("health.more", { n: more })] : shown);
}

/** Lists, shares and seconds of a verdict as they stand in a sentence. */
function worded(words) {
  const shown = { ...words };
  for (const [name, value] of Object.entries(words)) if (Array.isArray(value)) shown[name] = few(value);
  if (words.share != null) shown.share = percent(words.share);
  if (words.seconds != null) shown.time = roughly(words.seconds);
  if (words.window_s != null) shown.window = roughly(words.window_s);
  return shown;
}

/** What is wrong. */
export const wrong = ({ code, words }) => t(`health.wrong.${code}`, worded(words));

/** What to do about it; "" where the sentence says it all. */
export const nextStep = ({ code, words }) => (has(`health.next.${code}`) ? t(`health.next.${code}`, worded(words)) : "");
