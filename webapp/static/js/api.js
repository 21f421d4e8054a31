/** Every HTTP request of the page. This file, socket.js, early.js and room-socket.js are the only ones that touch the network. */
import { base, toLogin } from "./router.js";
import { said, saidAnswer } from "./said.js";

/** Longer than any answer should take, shorter than a person waits without a word. */
const TIMEOUT_MS = 15_000;

/** An answer that was no success: code, message and fix as the server said them, or as the network failed. */
class ApiError extends Error {
  constructor({ code, message, fix = "", fields = {}, status = 0, request_id: requestId = "" }) {
    super(said(message));
    const own = Object.entries(fields).map(([name, problem]) => [name, said(problem)]);
    Object.assign(this, { code, fix: said(fix), fields: Object.fromEntries(own), status, requestId });
  }
}

function failure(status, body) {
  const error = body?.error ?? { code: "unreadable", message: `HTTP ${status}` };
  return new ApiError({ ...error, status });
}

/** What the server answers; throws what it refused, or how the network failed. */
export async function request(method, path, { body, signal, timeout = TIMEOUT_MS, keepalive = false } = {}) {
  const limit = AbortSignal.timeout(timeout);
  const options = {
    method,
    keepalive,
    headers: { Accept: "application/json", ...(body !== undefined && { "Content-Type": "application/json" }) },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: signal ? AbortSignal.any([signal, limit]) : limit,
  };
  let answer;
  try {
    answer = await fetch(`${base}${path}`, options);
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new ApiError({ code: limit.aborted ? "timeout" : "offline", message: "" });
  }
  if (answer.status === 204) return null;
  const value = await answer.json().catch(() => null);
  if (value?.error?.code === "login_required") toLogin();
  if (!answer.ok || value === null) throw failure(answer.status, value);
  return saidAnswer(value);
}

const jobPath = (id) => `/api/jobs/${encodeURIComponent(id)}`;

/** The words of a language, from this page's own assets. */
export async function messages(lang) {
  const answer = await fetch(new URL(`../i18n/${lang}.json`, import.meta.url));
  return answer.json();
}

/** Who asks, and what they may; leads to the login where that is nobody any more. */
export const me = () => request("GET", "/api/me");
export const overview = () => request("GET", "/api/overview");
export const jobTypes = () => request("GET", "/api/job-types");
export const activity = (query, signal) => request("GET", `/api/activity?${new URLSearchParams(query)}`, { signal });
/** All of it as a file, or what `query` asks for. */
export const activityAddress = (query) => `${base}/api/activity/export?${new URLSearchParams(query)}`;
export const board = (name, signal) => request("GET", `/api/boards/${name.split("/").map(encodeURIComponent).join("/")}`, { signal });
export const jobList = (query, signal) => request("GET", `/api/jobs?${new URLSearchParams(query)}`, { signal });
export const search = (query) => request("POST", "/api/searches", { body: { query } });
export const found = (id, query, signal) => request("GET", `/api/searches/${encodeURIComponent(id)}?${new URLSearchParams(query)}`, { signal });
/** Arrives also where the page is left with it. */
export const stopSearch = (id) => request("DELETE", `/api/searches/${encodeURIComponent(id)}`, { keepalive: true });
export const job = (id, signal) => request("GET", jobPath(id), { signal });
export const submit = (body) => request("POST", "/api/jobs", { body });
/** Many jobs of one type, or with `check` what would become of them. Rows by the thousand take some seconds. */
export const submitMany = (body, signal) => request("POST", "/api/jobs/batch", { body, signal, timeout: 60_000 });
/** `edited`: {args, positional} in place of its own. */
export const runAgain = (id, edited = {}) => request("POST", `${jobPath(id)}/run_again`, { body: edited });
/** `status`: what the button was drawn with; refused if the job has moved on. `more`: what else the verb takes. */
export const act = (id, verb, status, more) => request("POST", `${jobPath(id)}/${verb}`, { body: { status, ...more } });
/** Puts a deleted job back; `token`: as its delete answered. */
export const restore = (id, token) => request("POST", `${jobPath(id)}/restore`, { body: { token } });
/** `of`: which jobs, {ids}, {q} or {queue, status}. They are collected, and nothing is done to them yet. */
export const askOperation = (verb, of, options) => request("POST", "/api/operations", { body: { verb, of, options } });
/** `deed`: start, pause, resume, cancel or undo. Arrives also where the page is left with it. */
export const turnOperation = (id, deed, body) => request("POST", `/api/operations/${encodeURIComponent(id)}/${deed}`, { body, keepalive: true });
/** `deed`: hold, release, pause, resume or empty. */
export const onQueue = (name, deed, body = {}) => request("POST", `/api/queues/${encodeURIComponent(name)}/${deed}`, { body });
export const removeQueue = (name) => request("DELETE", `/api/queues/${encodeURIComponent(name)}`);
/** All workers: for so many seconds, or until they are resumed. */
export const suspend = (seconds) => request("POST", "/api/suspend", { body: { seconds } });
export const resumeAll = () => request("POST", "/api/resume", { body: {} });
/** A cron job beside its schedule; `key` tells apart those that share the name. */
export const runCron = (name, key) => request("POST", `/api/cron-jobs/${encodeURIComponent(name)}/run_now`, { body: { key } });
/** Hides a cause of failure for so many seconds, or until it is unmuted. */
export const mute = (cause, seconds) => request("POST", `/api/failures/${cause}/mute`, { body: { for: seconds } });
export const unmute = (cause) => request("DELETE", `/api/failures/${cause}/mute`);
export const remove = (id, status) => request("DELETE", jobPath(id), { body: { status } });
/** `who`: {key, name}, see prefs.js. */
export const leaveNote = (id, text, who) => request("POST", `${jobPath(id)}/notes`, { body: { text, ...who } });
export const takeNoteBack = (id, note, who) => request("DELETE", `${jobPath(id)}/notes/${note}`, { body: who });
export const artifactAddress = (id, name) => `${base}${jobPath(id)}/artifact?${new URLSearchParams({ name })}`;

/**
 * Sends a file as it is, telling `onProgress(fraction)` on the way. XMLHttpRequest, because fetch cannot tell how much
 * was sent. Returns {done: promise of {upload, name, size}, abort}.
 */
export function upload(file, onProgress) {
  const sender = new XMLHttpRequest();
  const done = new Promise((resolve, reject) => {
    sender.open("POST", `${base}/api/uploads?${new URLSearchParams({ name: file.name })}`);
    sender.setRequestHeader("Content-Type", "application/octet-stream");
    sender.setRequestHeader("Accept", "application/json");
    sender.responseType = "json";
    sender.upload.onprogress = (event) => onProgress(event.lengthComputable ? event.loaded / event.total : null);
    sender.onload = () => (sender.status === 201 ? resolve(sender.response) : reject(failure(sender.status, sender.response)));
    sender.onerror = () => reject(new ApiError({ code: "offline", message: "" }));
    sender.onabort = () => reject(new ApiError({ code: "aborted", message: "" }));
    sender.send(file);
  });
  return { done, abort: () => sender.abort() };
}
