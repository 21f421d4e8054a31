/** What the job returned: as a picture where its shape is known, else as a tree; with the files it made. */
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import * as api from "../../api.js";
import { Tree } from "../../components/tree.js";
import { bytes } from "../../format.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { styled } from "../../sheets.js";
import { worded } from "../../words.js";

/** Pictures by the `view` that a result names; each is fetched when first needed. */
const VIEWS = {
  lanes: worded("lanes", styled("lanes", () => import("../../components/views/lanes.js"))),
  links: worded("links", styled("links", () => import("../../components/views/links.js"))),
  profile: worded("profile", () => import("../../components/views/profile.js")),
  thumbnails: worded("thumbnails", styled("thumbnails", () => import("../../components/views/thumbnails.js"))),
};
const loaded = signal({});

function Picture({ value, Fallback }) {
  const View = loaded.value[value.view];
  useEffect(() => {
    if (!View) VIEWS[value.view]().then((module) => (loaded.value = { ...loaded.peek(), [value.view]: module.View }), () => (loaded.value = { ...loaded.peek(), [value.view]: Fallback }));
  }, [value.view, View]);
  return View ? html`<${View} value=${value} />` : html`<div class="picture-wait" aria-busy="true"></div>`;
}

const AsTree = ({ value }) => html`<${Tree} value=${value} name=${t("result.value")} />`;

const Files = ({ job }) => html`
  <ul class="files">
    ${job.artifacts.map(
      ({ name, size }) => html`<li key=${name}><a class="button" href=${api.artifactAddress(job.id, name)} download=${name}>${name} <span class="muted">${bytes(size)}</span></a></li>`,
    )}
  </ul>`;

export function Result({ job }) {
  const { result } = job;
  if (job.status !== "finished" && result == null) return html`<p class="tab-empty">${t(job.error ? "result.failed" : "result.not_yet")}</p>`;
  if (result == null && !job.artifacts.length) return html`<p class="tab-empty">${t("result.none")}</p>`;
  const hasView = Object.hasOwn(VIEWS, result?.view ?? "");
  return html`
    ${job.artifacts.length > 0 && html`<${Files} job=${job} />`}
    ${hasView ? html`<${Picture} value=${result} Fallback=${AsTree} />` : html`<${AsTree} value=${result} />`}`;
}
