/** Which run of which job somebody wants to see the log of: {job, from, to}, epoch ms; null: all of them. */
import { signal } from "@preact/signals";

export const chosen = signal(null);
