/** Copies a text, and says that it did. */
import { useEffect, useState } from "preact/hooks";
import { html } from "../html.js";
import { t } from "../i18n.js";

const SAID_MS = 1_600;

/** The clipboard belongs to secure pages; over plain HTTP the old way still works. */
async function copy(text) {
  if (navigator.clipboard && isSecureContext) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  const home = document.querySelector("dialog[open]") ?? document.body;
  home.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
  return undefined;
}

export function CopyButton({ text, label = t("copy.copy"), what = "", bare = false }) {
  const [said, setSaid] = useState(false);
  useEffect(() => {
    if (!said) return undefined;
    const timer = setTimeout(() => setSaid(false), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);
  const onClick = () => copy(text).then(() => setSaid(true), () => setSaid(false));
  return html`
    <button type="button" class=${`button ${bare ? "bare copy" : ""}`} onClick=${onClick} aria-label=${what ? `${label}: ${what}` : undefined}>
      <span aria-live="polite">${said ? t("copy.copied") : label}</span>
    </button>`;
}

/** A command or a piece of code with its copy button. */
export const CodeBox = ({ text, what }) => html`
  <div class="code-box">
    <pre tabindex="0"><code>${text}</code></pre>
    <${CopyButton} text=${text} what=${what} bare />
  </div>`;
