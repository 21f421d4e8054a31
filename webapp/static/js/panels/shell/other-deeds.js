/** What can be done to a queue, a worker and all workers, by key and in the palette: what their own menus do. */
import { register } from "../../deeds.js";
import { t } from "../../i18n.js";
import { openDeeds } from "../queues/open.js";
import { perform } from "../workers/acting.js";
import { deedsFor } from "../workers/acting.model.js";

register({ about: "queue", name: "open", key: "o", label: () => t("deed.queue"), run: ({ name }) => openDeeds(name) });

/** Of several jobs that a worker runs the first is meant; the others have buttons. */
const deedOf = (name, worker) => deedsFor({ jobs: [], ...worker }).find((deed) => deed.name === name);

for (const [name, key] of [["shut_down", "s"], ["stop", "e"], ["kill", "z"]]) {
  register({
    about: "worker", name, key,
    label: () => t(`deed.worker.${name}`),
    fits: (worker) => Boolean(deedOf(name, worker)),
    run: (worker) => perform(name, worker, deedOf(name, worker).job),
  });
}

register({ about: "page", name: "all_workers", key: "p", label: () => t("deed.all_workers"), run: () => openDeeds("") });
