/**
 * What can be done to what is open, selected or focused: one registry, which the keys obey, and which the palette and the
 * list of keys show. Whoever adds a deed registers it where its button is made, with one call:
 *
 *   register({
 *     about: "page",                       // the kind of thing that it is done to, see KINDS
 *     name: "suspend",                     // of its own among the deeds of that kind
 *     key: "z",                            // optional: one stroke, free among the page's own keys and that kind's deeds
 *     label: () => t(…),                   // its verb, in the palette and beside its key
 *     fits: () => !totals.peek().suspended, // optional: whether it can be done to the target now
 *     run: () => suspend(),                // does it, asks before what cannot be taken back, and says how it went
 *     confirm: () => ({ title, text, verb }), // optional: asked before its key does it: a slip of the hand is nearer than a click
 *     unfit: () => say(…),                 // optional: says why the key does nothing to a target that it does not fit
 *   });
 *
 * All but `label` are given the target: what the locator of the kind finds at that moment. There are locators for job (open,
 * or its row is focused), queue and worker (focused row) in panels/shell/targets.js; "jobs", a selection, is located by whoever
 * keeps it, and is none while a job is open over it:
 *
 *   locate("jobs", () => (chosen.peek().size && !route.peek().job ? { ids: […], title: t(…) } : null));
 *
 * A target has a `title` for people.
 */
import { KEYS } from "./keys.model.js";

/** In this order: with jobs selected a key is about all of them, with a job's row focused about that, and the page comes last. */
const KINDS = ["jobs", "job", "queue", "worker", "page"];

const RESERVED = new Set(KEYS.flatMap(({ keys }) => keys.map((strokes) => strokes.split(" ")[0])));

const deeds = [];
const locators = new Map([["page", () => ({ title: "" })]]);

/** Adds a deed. Throws where it clashes: that is a mistake of whoever wrote it, and a test finds it. */
export function register(deed) {
  const others = deeds.filter(({ about }) => about === deed.about);
  if (!KINDS.includes(deed.about)) throw new Error(`There is nothing called ${deed.about} to do ${deed.name} to`);
  if (others.some(({ name }) => name === deed.name)) throw new Error(`${deed.about} has a deed ${deed.name} already`);
  if (deed.key && (RESERVED.has(deed.key) || others.some(({ key }) => key === deed.key))) throw new Error(`The key ${deed.key} of ${deed.name} is taken`);
  deeds.push({ fits: () => true, ...deed });
}

/** Says how the target of this kind is found: `find` answers it, or null where there is none now. */
export const locate = (kind, find) => locators.set(kind, find);

/** What things can be done to now, the nearest first: [{kind, target}]. */
export const targets = () => KINDS.map((kind) => ({ kind, target: locators.get(kind)?.() ?? null })).filter(({ target }) => target);

/** The deeds that fit what `targets` answered. */
export const offered = (kind, target) => deeds.filter((deed) => deed.about === kind && deed.fits(target));

/**
 * What a stroke is about now: the deed of the nearest target that has one on this key; null where none has.
 * @returns {{deed: object, target: object, fits: boolean}|null}
 */
export function byKey(stroke) {
  if (!deeds.some(({ key }) => key === stroke)) return null;
  for (const { kind, target } of targets()) {
    const deed = deeds.find(({ about, key }) => about === kind && key === stroke);
    if (deed) return { deed, target, fits: deed.fits(target) };
  }
  return null;
}

/** The deeds that have a key, by kind: [[kind, deeds]]. */
export const keyed = () => KINDS.map((kind) => [kind, deeds.filter(({ about, key }) => about === kind && key)]).filter(([, list]) => list.length);
