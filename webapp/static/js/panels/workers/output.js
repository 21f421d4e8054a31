/** The last lines that an added worker wrote, as they come: at their end, unless somebody scrolled up to read. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { useBoard } from "../../board.js";
import { CopyButton } from "../../components/copy.js";
import { Trouble } from "../../components/trouble.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";

/** This near to the end counts as being there. */
const NEAR_PX = 24;

export function Output({ id, name }) {
  const { value, error, retry } = useBoard(`output/${id}`);
  const box = useRef(null);
  const [isAtEnd, setAtEnd] = useState(true);
  const lines = value?.lines ?? [];
  useLayoutEffect(() => {
    if (isAtEnd && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [lines.at(-1)?.id, isAtEnd]);
  const onScroll = ({ currentTarget: node }) => setAtEnd(node.scrollHeight - node.scrollTop - node.clientHeight < NEAR_PX);
  if (!value && error) return html`<${Trouble} error=${error} onRetry=${retry} />`;
  if (!lines.length) return html`<p class="muted">${t("acting.output.none")}</p>`;
  return html`
    <div class="acting-lines mono" ref=${box} onScroll=${onScroll} tabindex="0" role="log" aria-live="off" aria-label=${t("acting.output.of", { worker: name })}>
      ${lines.map((line) => html`<div key=${line.id}>${line.text || "\u00a0"}</div>`)}
    </div>
    <div class="acting-tools"><span class="quiet">${t("acting.output.lines", { n: lines.length })}</span><${CopyButton} text=${lines.map((line) => line.text).join("\n")} what=${t("acting.output")} bare /></div>`;
}
