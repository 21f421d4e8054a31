/** What can be submitted: fetched when needed, and again when a push says that it changed. */
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import * as api from "./api.js";
import { catalog } from "./store.js";

const known = signal({ types: null, schedulers: 0, error: null });

function load() {
  return api.jobTypes().then(
    (answer) => (known.value = { types: answer.job_types, schedulers: answer.schedulers, error: null }),
    (error) => (known.value = { ...known.peek(), error }),
  );
}

/** {types: list or null while unknown, schedulers, error, retry} */
export function useCatalog() {
  useEffect(() => {
    load();
  }, [catalog.value]);
  return { ...known.value, retry: load };
}
