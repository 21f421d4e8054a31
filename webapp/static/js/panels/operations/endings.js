/** Tells how operations end or halt that this tab has started, and offers to undo a delete. */
import { useEffect, useRef } from "preact/hooks";
import { say } from "../../components/toast.js";
import { t } from "../../i18n.js";
import { mine, operations } from "../../operations.js";
import { now } from "../../clock.js";
import { undo } from "./one.js";
import { isOver, reason, refusedCount, title, undoLeft, undoWords } from "./operation.model.js";

/** What is worth being told of at once. */
const isNews = (operation) => isOver(operation) || operation.state === "halted";

function tell(operation) {
  const why = reason(operation);
  const refused = refusedCount(operation);
  const fix = [why?.text, why?.fix, refused > 0 && t("operations.refused", { n: refused }), undoWords(operation, now.peek())].filter(Boolean).join(" ");
  const text = operation.state === "halted" ? t("operations.halted", { what: t(`operations.title.${operation.verb}`) }) : title(operation);
  const canUndo = undoLeft(operation, now.peek()) !== null;
  say(text, { level: operation.state === "done" ? "ok" : "warn", fix, undo: canUndo ? { until: operation.undo_until, run: () => undo(operation.id) } : null });
}

export function useEndings() {
  const told = useRef(new Set());
  const news = operations.value.filter((operation) => mine.has(operation.id) && isNews(operation));
  useEffect(() => {
    for (const operation of news) {
      const mark = `${operation.id} ${operation.state}`;
      if (told.current.has(mark)) continue;
      told.current.add(mark);
      tell(operation);
    }
  }, [news.map(({ id, state }) => `${id} ${state}`).join()]);
}
