/** Groups and rate limits: both lists, or one group with its jobs. */
import { useBoard } from "../board.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { Banners } from "../panels/banners.js";
import { Limits } from "../panels/groups/limits.js";
import { GroupList } from "../panels/groups/list.js";
import { OneGroup } from "../panels/groups/one.js";
import { PageHead } from "../panels/page-head.js";
import { behind } from "../router.js";

function Both({ from }) {
  const [groups, limits] = [useBoard(from ? `groups/${from}` : "groups"), useBoard("limits")];
  return html`<div class="grid split-groups"><${GroupList} board=${groups} /><${Limits} board=${limits} /></div>`;
}

const One = ({ name, status }) => html`<${OneGroup} name=${name} chosen=${status} board=${useBoard(`group/${name}`)} />`;

export function Page() {
  const { group, status, from } = behind.value.query;
  return html`
    <${PageHead} title=${t("nav.groups")} />
    <${Banners} />
    ${group ? html`<${One} key=${group} name=${group} status=${status} />` : html`<${Both} from=${from} />`}`;
}
