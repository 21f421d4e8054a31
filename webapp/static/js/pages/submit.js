/** Submitting a job: what can be run, and the form of the one that was chosen. */
import { useEffect, useRef } from "preact/hooks";
import { Skeleton } from "../components/skeleton.js";
import { CodeBox } from "../components/copy.js";
import { Trouble } from "../components/trouble.js";
import { useCatalog } from "../catalog.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { Banners } from "../panels/banners.js";
import { PageHead } from "../panels/page-head.js";
import { Form } from "../panels/submit/form.js";
import { Many } from "../panels/submit/many.js";
import { paragraphs } from "../panels/submit/form.model.js";
import { behind, hash, showTab, toType } from "../router.js";

const firstSentence = (help) => (paragraphs(help)[0] ?? "").split(/(?<=\.)\s/, 1)[0];

/** On a phone the types stand in one row that is wider than the screen: the chosen one is brought into sight. */
function TypeLink({ type, isCurrent }) {
  const link = useRef(null);
  useEffect(() => {
    if (isCurrent) link.current.scrollIntoView({ block: "nearest", inline: "center" });
  }, [isCurrent]);
  return html`
    <li>
      <a ref=${link} class=${`type ${type.error ? "broken" : ""}`} href=${toType(type.name)} aria-current=${isCurrent ? "true" : undefined}>
        <strong>${type.title ?? type.name}</strong>
        <span>${type.error ? t("submit.broken") : firstSentence(type.help)}</span>
      </a>
    </li>`;
}

const Broken = ({ type }) => html`
  <div class="card"><div class="empty" role="alert">
    <strong>${t("submit.broken_title", { title: type.title ?? type.name })}</strong>
    <pre class="broken-error" tabindex="0">${type.error}</pre>
    <span>${t("submit.broken_next", { hosts: (type.hosts ?? []).join(", ") })}</span>
    <${CodeBox} text="python -m jobs publish" what=${t("submit.publish")} />
  </div></div>`;

const NoTypes = () => html`
  <div class="card"><div class="empty">
    <strong>${t("submit.no_types")}</strong><span>${t("submit.no_types.next")}</span>
    <${CodeBox} text="python -m jobs publish" what=${t("submit.publish")} />
  </div></div>`;

/** Never another form than the address names: somebody may have kept it. */
const Unknown = ({ name }) => html`
  <div class="card"><div class="empty" role="alert">
    <strong>${t("submit.unknown", { name })}</strong><span>${t("submit.unknown.next")}</span>
    <${CodeBox} text="python -m jobs publish" what=${t("submit.publish")} />
  </div></div>`;

/** The part of the address that opens the table. */
const MANY = "many";

const Head = ({ type, isMany }) => html`
  <header>
    <h2>${type.title}</h2><p class="mono quiet">${type.func}</p>${paragraphs(type.help).map((text) => html`<p class="about" key=${text}>${text}</p>`)}
    <div class="segments ways" role="radiogroup" aria-label=${t("many.ways")}>
      ${[["", "many.one"], [MANY, "many.many"]].map(([way, word]) => html`<label key=${way}><input type="radio" name="way" checked=${isMany === (way === MANY)} onChange=${() => showTab(way)} /><span>${t(word)}</span></label>`)}
    </div>
  </header>`;

function Chosen({ type, asked, schedulers }) {
  if (!type) return html`<${Unknown} name=${asked} />`;
  if (type.error) return html`<${Broken} type=${type} />`;
  const isMany = hash.value === MANY;
  const Way = isMany ? Many : Form;
  return html`<${Way} key=${`${type.name} ${JSON.stringify(type.schema)}`} type=${type} schedulers=${schedulers} head=${html`<${Head} type=${type} isMany=${isMany} />`} />`;
}

function Choice({ types, schedulers }) {
  const asked = behind.value.query.type;
  const type = asked ? types.find(({ name }) => name === asked) : (types.find(({ error }) => !error) ?? types[0]);
  return html`
    <div class="submit">
      <nav class="types" aria-label=${t("submit.types")}><ul>${types.map((each) => html`<${TypeLink} key=${each.name} type=${each} isCurrent=${each === type} />`)}</ul></nav>
      <${Chosen} type=${type} asked=${asked} schedulers=${schedulers} />
    </div>`;
}

export function Page() {
  const { types, schedulers, error, retry } = useCatalog();
  return html`
    <${PageHead} title=${t("title.submit")} />
    <${Banners} />
    ${error && !types && html`<div class="card"><${Trouble} error=${error} onRetry=${retry} /></div>`}
    ${!types && !error && html`<div class="submit"><div class="types"><${Skeleton} width=${160} /></div><div class="card submit-form"><${Skeleton} width=${200} height=${20} /></div></div>`}
    ${types && (types.length ? html`<${Choice} types=${types} schedulers=${schedulers} />` : html`<${NoTypes} />`)}`;
}
