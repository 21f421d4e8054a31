/** What a Python traceback says, frame by frame. What is not understood stays text; the raw text is at hand. Pure. */

const HEADER = "Traceback (most recent call last):";
const LINKS = [
  ["During handling of the above exception, another exception occurred:", "during"],
  ["The above exception was the direct cause of the following exception:", "cause"],
];
const FRAME = /^ {2}File "(.+)", line (\d+)(?:, in (.+))?$/;
const REPEATED = /^ {2}\[Previous line repeated (\d+) more times?\]$/;

/** Whose a file is, by where Python keeps what; `lib` says whose, where the path itself does not. */
const PLACES = [
  [/^<frozen /, "python"],
  [/\/(?:site|dist)-packages\/([^/]+)/, null],
  [/\/lib(?:64)?\/python\d[\d.]*t?\//i, "python"],
  [/\/python\d+\/lib\//i, "python"],
  [/\/rq\/(?:job|timeouts|worker(?:\/\w+)?)\.py$/, "rq"],
  [/\/jobs\/_(?:job_type|run|children|capture)\.py$/, "RQ Live"],
];

/** The package that a file belongs to; "" for a program's own code. */
export function libraryOf(file) {
  const path = file.replaceAll("\\", "/");
  for (const [pattern, name] of PLACES) {
    const found = pattern.exec(path);
    if (found) return name ?? found[1].replace(/\.pyc?$/, "");
  }
  return "";
}

/** Texts between the sentences with which Python links exceptions: [link to the one before, text]. */
function chained(text) {
  const parts = [["", []]];
  for (const line of text.split("\n")) {
    const link = LINKS.find(([sentence]) => sentence === line);
    if (link) parts.push([link[1], []]);
    else parts.at(-1)[1].push(line);
  }
  return parts;
}

/** The frames at the beginning of `lines`, and what follows them. */
function framesOf(lines) {
  const frames = [];
  let at = 0;
  for (; at < lines.length; at += 1) {
    const line = lines[at];
    const found = FRAME.exec(line);
    const repeated = REPEATED.exec(line);
    if (found) frames.push({ file: found[1], line: Number(found[2]), func: found[3] ?? "", code: [], repeated: 0, lib: libraryOf(found[1]) });
    else if (repeated && frames.length) frames.at(-1).repeated = Number(repeated[1]);
    else if (line.startsWith("    ") && frames.length) frames.at(-1).code.push(line.slice(4));
    else break;
  }
  return { frames, rest: lines.slice(at) };
}

function partOf(link, lines) {
  const head = lines.indexOf(HEADER);
  const before = (head < 0 ? lines : lines.slice(0, head)).join("\n").trim();
  if (head < 0) return { link, text: before, frames: [], error: "" };
  const { frames, rest } = framesOf(lines.slice(head + 1));
  return { link, text: before, frames, error: rest.join("\n").trim() };
}

/**
 * The exceptions of a traceback in Python's own order: what went wrong at last stands last.
 * @returns {{link: ""|"during"|"cause", text: string, frames: object[], error: string}[]} `link`: how it came of the one
 *   before; `text`: what is no traceback, such as RQ's own words or an exception group
 */
export const parse = (text) =>
  chained(text.replaceAll("\r\n", "\n"))
    .map(([link, lines]) => partOf(link, lines))
    .filter(({ text: own, frames, error }) => own || frames.length || error);

/** What a group of exceptions is called stands behind its first bar. */
const GROUP = /^ {2}\| (?! )(.+)$/m;

/** What happened, on one line: the first of the last exception's message, which may have many. */
export function headline(text) {
  const last = parse(text).at(-1);
  const error = last?.error || GROUP.exec(last?.text ?? "")?.[1] || last?.text || text.trimEnd();
  return error.split("\n")[0];
}

/** More own frames than these in one row are a recursion: its beginning and its end tell it. */
const SHOWN_FIRST = 8;
const SHOWN_LAST = 12;

/** Frames in the order of the calls, those of libraries gathered: {frames, libs} is folded, {frame} stands open. */
export function folded(frames) {
  const rows = [];
  frames.forEach((frame, n) => {
    const isOpen = !frame.lib || n === frames.length - 1;
    if (isOpen) rows.push({ frame });
    else if (rows.at(-1)?.frames) rows.at(-1).frames.push(frame);
    else rows.push({ frames: [frame] });
  });
  const long = rows.length > SHOWN_FIRST + SHOWN_LAST + 1;
  const shown = long ? [...rows.slice(0, SHOWN_FIRST), { frames: rows.slice(SHOWN_FIRST, -SHOWN_LAST).flatMap(({ frame, frames: many }) => many ?? [frame]) }, ...rows.slice(-SHOWN_LAST)] : rows;
  return shown.map((row) => (row.frame ? row : { ...row, libs: [...new Set(row.frames.map(({ lib }) => lib).filter(Boolean))] }));
}

/** The end of a path that tells files apart: "shop/billing.py". */
export const shortFile = (file) => file.replaceAll("\\", "/").split("/").slice(-2).join("/");
