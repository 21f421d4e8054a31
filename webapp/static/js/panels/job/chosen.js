/** What somebody wants to see of which job: set where it is chosen, read where it is shown. */
import { signal } from "@preact/signals";

/** A run, to see the log of: {job, from, to}, epoch ms; null: all of them. */
export const chosen = signal(null);

/** What is to be done to which job, {id, name}, where that asks for more: null again once it was asked. */
export const rarerOn = signal(null);

/** Id of the job on which a note is to be begun: whoever shows where, takes it. */
export const noteOn = signal(null);
