/** What is open or focused, for the deeds that are done to it. */
import { locate } from "../../deeds.js";
import { base, route } from "../../router.js";
import { parse } from "../../router.model.js";
import { jobs, queues, rows, workers } from "../../store.js";

const focusedRow = () => document.activeElement?.closest("tbody tr, li, [data-row]");

/** A job by its id, its title, and the status that its row was drawn with. */
function focusedJob() {
  const link = document.activeElement?.closest("a[href]");
  const { job: id, status } = focusedRow()?.dataset ?? {};
  const found = id ?? (link && parse(new URL(link.href).pathname, "", base).job);
  return found ? { id: found, title: link?.textContent.trim() || found, status } : null;
}

/** As it is known now: whole, or as a row. */
const known = (id) => jobs.peek()[id] ?? rows.peek()[id] ?? null;

/** An open job lies over all rows, once it is drawn. */
function openJob(id) {
  return document.querySelector("dialog.drawer[open]") ? (known(id)?.value ?? null) : null;
}

function job() {
  if (route.peek().job) return openJob(route.peek().job);
  const row = focusedJob();
  const entry = row && known(row.id);
  return entry ? entry.value : row;
}

const named = (list, name) => (name && !route.peek().job ? (list.peek().find((one) => one.name === name) ?? { name }) : null);
const titled = (target) => target && { title: target.name, ...target };

locate("job", job);
locate("queue", () => titled(named(queues, focusedRow()?.dataset.queue)));
locate("worker", () => titled(named(workers, focusedRow()?.dataset.worker)));
