/** Moves a job to another queue, which is asked for. */
import { useState } from "preact/hooks";
import { FormDialog } from "../../components/form-dialog.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { carryOut } from "../actions.js";
import { QueueField } from "../operations/options.js";

export function Move({ job, onLeave }) {
  const [queue, setQueue] = useState("");
  const name = queue.trim();
  return html`
    <${FormDialog} title=${t("action.move.ask", { title: job.title ?? job.id })} text=${t("action.move.tip")} verb=${t("action.move.yes")} isReady=${name !== "" && name !== job.queue} onDo=${() => carryOut("move", job, { queue: name })} onLeave=${onLeave} testid="move">
      <${QueueField} raw=${{ queue }} set=${(changes) => setQueue(changes.queue)} />
    <//>`;
}
