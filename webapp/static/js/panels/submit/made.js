/** What was made of a table: one progress for all of it, and the way to its group. */
import { useEffect, useRef } from "preact/hooks";
import { useBoard } from "../../board.js";
import { html } from "../../html.js";
import { t } from "../../i18n.js";
import { to } from "../../router.js";
import { groupWords } from "../groups/groups.model.js";
import { Shares } from "../groups/shares.js";

function Progress({ name }) {
  const { value } = useBoard(`group/${name}`);
  if (!value) return html`<div class="shares thick" aria-busy="true"></div><p class="muted">…</p>`;
  return html`<${Shares} group=${value} thick /><p class="muted" data-testid="made-progress" role="status">${groupWords(value)}</p>`;
}

export function Made({ type, made, onMore }) {
  const { created, already_there: there, group, wrong } = made;
  const title = useRef(null);
  useEffect(() => title.current.focus({ preventScroll: true }), []);
  return html`
    <section class="card submit-form" aria-labelledby="made-title" data-testid="made">
      <header><h2 id="made-title" tabindex="-1" ref=${title}>${t("many.made", { n: created, title: type.title })}</h2>
        <p class="muted">${t("many.made.group", { group })}${there > 0 && ` ${t("many.made.there", { n: there })}`}${wrong > 0 && ` ${t("many.made.wrong", { n: wrong })}`}</p></header>
      <${Progress} name=${group} />
      <footer>
        <button type="button" class="button" onClick=${onMore}>${t("many.more")}</button>
        <a class="button large primary" href=${to("groups", { group })}>${t("many.open")}</a>
      </footer>
    </section>`;
}
