/** What is known to be searched for: values of each field for the completion, and the words for them. */
import { STATUSES } from "../../components/chip.js";
import { useCatalog } from "../../catalog.js";
import { workerName } from "../../format.js";
import { queues, workers } from "../../store.js";

const names = (...lists) => [...new Set(lists.flat().filter(Boolean))];

/**
 * @param {object|null} behind the board of facets of the list that is shown
 * @param {object|undefined} facets those of the search
 * @returns {{sources: Record<string, string[]>, titles: Record<string, string>}} values by field, and titles by value
 */
export function useSources(behind, facets) {
  const types = useCatalog().types ?? [];
  const known = behind?.functions ?? [];
  const ran = (behind?.workers ?? []).map(({ name }) => name);
  const sources = {
    status: STATUSES,
    queue: names(queues.value.map(({ name }) => name), Object.keys(facets?.queue ?? {})).filter((name) => name !== "…"),
    type: names(types.map(({ name }) => name), known.map(({ type }) => type)),
    func: names(known.map(({ func }) => func), types.map(({ func }) => func), Object.keys(facets?.func ?? {})).filter((name) => name !== "…"),
    worker: names(workers.value.map(({ name }) => name), ran),
  };
  const titles = {
    ...Object.fromEntries(known.filter(({ type }) => type).map(({ func, title }) => [func, title])),
    ...Object.fromEntries(types.flatMap(({ name, func, title }) => [[name, title], [func, title]])),
    ...Object.fromEntries(workers.value.map((worker) => [worker.name, workerName(worker)])),
  };
  return { sources, titles };
}
