/** The way to what can be done to queues: their dialog and its words come when somebody wants them. */
import { sayError } from "../../components/toast.js";
import { styled } from "../../sheets.js";
import { worded } from "../../words.js";

const load = worded("queues", styled("queues", () => import("./dialog.js")));

const failed = () => sayError({ code: "not_loaded", message: "" });

/** Shows what can be done to the queue, or to all queues where it is "". */
export const openDeeds = (queue) => load().then(({ open }) => open(queue), failed);

/** Lets suspended workers go on. */
export const resumeAll = () => load().then(({ perform }) => perform("resume_all", {}), failed);
