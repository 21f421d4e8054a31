/** How it is to be done: what is typed, checked, and as the API takes it. Pure. */
import { t } from "../../i18n.js";

/** What stands there at first, by verb; "" is nothing. */
export const FIRST = {
  requeue: { rate: "50", tries: false, first: "5", need: "4", halt_after: "20" },
  move: { queue: "" },
};
const MOST = { rate: 10_000, first: 1_000, need: 1_000, halt_after: 1_000 };

export const firstOptions = (verb) => FIRST[verb] ?? {};

function whole(text, most) {
  return /^\d+$/.test(text.trim()) && Number(text) <= most ? Number(text) : null;
}

function requeue(raw) {
  const names = raw.tries ? ["rate", "first", "need", "halt_after"] : ["rate", "halt_after"];
  const read = Object.fromEntries(names.map((name) => [name, whole(raw[name], MOST[name])]));
  const errors = Object.fromEntries(names.filter((name) => read[name] === null).map((name) => [name, t("operations.wrong.whole", { n: MOST[name] })]));
  if (raw.tries && !errors.first && read.first === 0) errors.first = t("operations.wrong.first");
  if (raw.tries && !errors.first && !errors.need && read.need > read.first) errors.need = t("operations.wrong.need");
  return { options: { first: 0, need: 0, ...read }, errors };
}

function move(raw) {
  const queue = raw.queue.trim();
  return { options: { queue }, errors: queue ? {} : { queue: t("operations.wrong.queue") } };
}

const READ = { requeue, move };

/** {options, errors}, both by name. */
export const read = (verb, raw) => (verb in READ ? READ[verb](raw) : { options: {}, errors: {} });

/** What is to be known of the queue that jobs are moved to: "" where somebody listens there. */
export function queueWarning(name, queues) {
  const known = queues.find((queue) => queue.name === name.trim());
  if (!name.trim() || known?.workers > 0) return "";
  return t(known ? "operations.move.nobody" : "operations.move.unknown", { queue: name.trim() });
}
