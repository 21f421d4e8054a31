/** What somebody wants to see of which job: set where it is chosen, read where it is shown. */
import { signal } from "@preact/signals";

/** A run, to see the log of: {job, from, to}, epoch ms; null: all of them. */
export const chosen = signal(null);

/** Id of the job on which a note is to be begun: whoever shows where, takes it. */
export const noteOn = signal(null);
