/** Does something to a queue or to all workers: asks where it cannot be taken back, and says how it went. */
import * as api from "../../api.js";
import { ask } from "../../components/ask.js";
import { say, sayError } from "../../components/toast.js";
import { t } from "../../i18n.js";
import { whyNot } from "../actions.js";

/** How often it is asked whether the jobs of an operation are collected, and for how long. */
const LOOK_MS = 150;
const PATIENCE_MS = 20_000;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const done = (name, values) => say(t(`deeds.${name}.done`, values));

/** The operation as soon as its jobs are collected. */
async function collected(operation) {
  const end = Date.now() + PATIENCE_MS;
  let seen = operation;
  while (seen.state === "collecting" && Date.now() < end) {
    await pause(LOOK_MS);
    seen = (await api.operation(operation.id)).operation;
  }
  return seen;
}

async function empty(queue) {
  const operation = await collected((await api.onQueue(queue, "empty")).operation);
  const n = operation.total ?? 0;
  const words = { queue, n };
  const agreed =
    operation.state === "ready" && n > 0 && (await ask({ title: t("deeds.empty.ask", words), text: t("deeds.empty.asked", words), verb: t("deeds.empty.yes", words) }));
  if (agreed) {
    await api.turnOperation(operation.id, "start", { total: n });
    done("empty", words);
  } else {
    await api.turnOperation(operation.id, "cancel");
    if (operation.state !== "ready") say(t("deeds.empty.not_collected"), { level: "warn", fix: t("deeds.empty.not_collected.fix") });
  }
}

const DEEDS = {
  async hold({ queue }) {
    const { held } = await api.onQueue(queue, "hold");
    done("hold", { queue, n: held });
  },
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

/** Does `name` with {queue, seconds}; whatever comes of it is said. */
export async function perform(name, values) {
  if (whyNot()) {
    say(t("action.refused"), { level: "warn", fix: whyNot() });
    return;
  }
  try {
    await DEEDS[name](values);
  } catch (error) {
    sayError(error);
  }
}
