/** What should be known before a job is sent. Pure. */
import { t } from "../../i18n.js";
import { commandFor, listeningTo } from "../workers.model.js";

/**
 * Sentences, most serious first.
 * @param {{type: object, queue: string, workers: object[], schedulers: number, when: string, server: object}} known
 */
export function warnings({ type, queue, workers, schedulers, when, server }) {
  const said = [];
  const listening = listeningTo(workers, queue);
  const withCode = listening.filter((worker) => type.hosts.includes(worker.hostname));
  if (!listening.length) said.push({ key: "no-worker", text: t("warn.no_worker", { queue }), command: commandFor(server, queue, false) });
  else if (!withCode.length) said.push({ key: "no-code", text: t("warn.no_code", { queue, hosts: type.hosts.join(", ") }) });
  if (when !== "now" && !schedulers) said.push({ key: "no-scheduler", text: t("warn.no_scheduler"), command: commandFor(server, queue, true) });
  return said;
}
