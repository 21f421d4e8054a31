/** Does something to a queue or to all workers: asks where it cannot be taken back, and says how it went. */
import * as api from "../../api.js";
import { ask } from "../../components/ask.js";
import { say, sayError } from "../../components/toast.js";
import { t } from "../../i18n.js";
import { askMany } from "../../operations.js";
import { term } from "../../query.model.js";
import { whyNot } from "../actions.js";

const done = (name, values) => say(t(`deeds.${name}.done`, values));

/** What waits, is held or parked: asked for by the queue, told and started like anything that is done to many jobs. */
const empty = (queue) => askMany({ verb: "delete", ask: () => api.onQueue(queue, "empty"), about: queue, title: t("deeds.empty.ask", { queue }), text: t("deeds.empty.asked") });

/** Of one function alone: as a search, so that it is told beforehand exactly how many and which. */
const holdFunction = ({ queue, func }) => {
  const q = ["status:queued", term("queue", queue), term("func", func)].join(" ");
  askMany({ verb: "hold", of: { q }, about: q });
};

const DEEDS = {
  async hold({ queue }) {
    const { held } = await api.onQueue(queue, "hold");
    done("hold", { queue, n: held });
  },
  hold_function: holdFunction,
  async release({ queue }) {
    const { released, let_go: gone } = await api.onQueue(queue, "release");
    done("release", { queue, n: released });
    if (gone) say(t("deeds.let_go", { n: gone }));
  },
  async pause({ queue, seconds }) {
    const { parked } = await api.onQueue(queue, "pause", { seconds });
    done("pause", { queue, n: parked });
  },
  async resume({ queue }) {
    const { resumed, let_go: gone } = await api.onQueue(queue, "resume");
    done("resume", { queue, n: resumed });
    if (gone) say(t("deeds.let_go", { n: gone }));
  },
  empty: ({ queue }) => empty(queue),
  async delete({ queue }) {
    const agreed = await ask({ title: t("deeds.delete.ask", { queue }), text: t("deeds.delete.asked"), verb: t("deeds.delete.yes") });
    if (!agreed) return;
    await api.removeQueue(queue);
    done("delete", { queue });
  },
  async suspend({ seconds }) {
    const { idle } = await api.suspend(seconds);
    done("suspend", { n: idle });
  },
  async resume_all() {
    await api.resumeAll();
    done("resume_all");
  },
};

/** They stop all work, or begin it. */
const FOR_ADMINS = new Set(["suspend", "resume_all"]);

/** Does `name` with {queue, seconds}; whatever comes of it is said. */
export async function perform(name, values) {
  const why = whyNot(FOR_ADMINS.has(name) ? "admin" : "operator");
  if (why) {
    say(t("action.refused"), { level: "warn", fix: why });
    return;
  }
  try {
    await DEEDS[name](values);
  } catch (error) {
    sayError(error);
  }
}
