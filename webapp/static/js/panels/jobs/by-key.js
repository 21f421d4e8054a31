/** What is selected, for keys and the palette: each verb on the key that it has for one job. */
import { signal } from "@preact/signals";
import { say } from "../../components/toast.js";
import { locate, register } from "../../deeds.js";
import { t } from "../../i18n.js";
import { route } from "../../router.js";
import { FITS, KEY_OF } from "../operations/verbs.model.js";

/** {title, verbs, ask(verb)} of the jobs that are selected: `verbs` fit some of them; null where none is selected. */
export const selected = signal(null);

locate("jobs", () => (route.peek().job ? null : selected.peek()));

for (const name of Object.keys(FITS)) {
  register({
    about: "jobs", name, key: KEY_OF[name],
    label: () => `${t(`operations.do.${name}`)}…`,
    fits: ({ verbs }) => verbs.includes(name),
    run: ({ ask }) => ask(name),
    unfit: () => say(t("operations.nothing"), { level: "warn" }),
  });
}
