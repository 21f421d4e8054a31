/** Every key of the page and what it does: the one table that the keyboard obeys and the list of keys shows. Pure. */

/** Pages by the letter that follows g. */
const PLACES = {
  o: "overview", j: "jobs", f: "failures", w: "workers", s: "schedule", g: "groups", t: "stuck", h: "health", n: "submit", a: "activity", r: "room",
};

/**
 * `does`: the deed; `keys`: other ways to the same, strokes in a row parted by a space; `native`: the browser does it already.
 * @type {{group: string, does: string, keys: string[], page?: string, native?: boolean}[]}
 */
export const KEYS = [
  { group: "anywhere", does: "find", keys: ["Mod+k"] },
  { group: "anywhere", does: "search", keys: ["/"] },
  { group: "anywhere", does: "freeze", keys: ["f"] },
  { group: "anywhere", does: "keys", keys: ["?"] },
  { group: "anywhere", does: "close", keys: ["Escape"], native: true },
  { group: "lists", does: "next", keys: ["j", "ArrowDown"] },
  { group: "lists", does: "previous", keys: ["k", "ArrowUp"] },
  { group: "lists", does: "select", keys: ["x"] },
  { group: "lists", does: "extend", by: 1, keys: ["Shift+ArrowDown"] },
  { group: "lists", does: "extend_up", by: -1, keys: ["Shift+ArrowUp"] },
  { group: "lists", does: "open", keys: ["Enter"], native: true },
  ...Object.entries(PLACES).map(([letter, page]) => ({ group: "pages", does: "go", page, keys: [`g ${letter}`] })),
];

const STROKES = new Map(KEYS.filter(({ native }) => !native).flatMap((entry) => entry.keys.map((keys) => [keys, entry])));
const isBeginning = (strokes) => [...STROKES.keys()].some((keys) => keys.startsWith(`${strokes} `));

/** The key of a stroke by its Latin name, also while the keyboard writes Hangul; "" for strokes that are none of ours. */
export function strokeOf({ key, code, ctrlKey, metaKey, altKey, shiftKey }, isMac) {
  const name = /^Key[A-Z]$/.test(code ?? "") && !/^[a-z]$/i.test(key) ? code.slice(3).toLowerCase() : key;
  if (altKey) return "";
  if (ctrlKey || metaKey) return (isMac ? metaKey && !ctrlKey : ctrlKey && !metaKey) && name === "k" ? "Mod+k" : "";
  return shiftKey && name.startsWith("Arrow") ? `Shift+${name}` : name;
}

/**
 * What `stroke` does after the strokes in `pending`.
 * @returns {{entry: object|null, pending: string}} pending: strokes that may still become something
 */
export function step(pending, stroke) {
  const strokes = pending ? `${pending} ${stroke}` : stroke;
  if (STROKES.has(strokes)) return { entry: STROKES.get(strokes), pending: "" };
  if (isBeginning(strokes)) return { entry: null, pending: strokes };
  return pending ? step("", stroke) : { entry: null, pending: "" };
}
