/** What is known of the Room, folded from what the server says; and how it is laid out for reading. Pure. */

/** As many messages are kept, of a conversation that goes on all day. */
const KEPT = 500;
/** Messages of one person that follow each other within this time are one turn. */
const TURN_MS = 5 * 60_000;
/** Characters of one message, and those from which on the rest is counted. */
export const MOST_CHARS = 2_000;
export const COUNTED_CHARS = 1_600;

/**
 * you: {name, by, fixed}; reach: servers, server or away; messages: oldest first, null before the server told them;
 * pending: own ones on their way, {ref, text, sent, error}; here: [{name, by}] of `count`.
 */
export const initial = () => ({ you: null, reach: null, messages: null, pending: [], here: [], count: 0 });

/** Stream ids are "<ms>-<number>": compared as two numbers. */
export function compareIds(a, b) {
  const [x, y] = [a.split("-").map(Number), b.split("-").map(Number)];
  return x[0] - y[0] || x[1] - y[1];
}

/** What was sent twice, because the connection broke between, is one message. */
const sentKey = ({ by, ref }) => ref && `${by} ${ref}`;

function merged(known, more) {
  const ids = new Set(known.map(({ id }) => id));
  const sent = new Set(known.map(sentKey).filter(Boolean));
  const added = more.filter((message) => !ids.has(message.id) && !sent.has(sentKey(message)));
  if (!added.length) return known;
  const all = [...known, ...added];
  if (known.length && compareIds(added[0].id, known.at(-1).id) < 0) all.sort((a, b) => compareIds(a.id, b.id));
  return all.slice(-KEPT);
}

const withMessages = (state, more) => ({
  ...state,
  messages: merged(state.messages ?? [], more),
  pending: state.pending.filter(({ ref }) => !more.some((message) => message.ref === ref && message.by === state.you?.by)),
});

/** The state after `word`, a message of the server; what is not understood changes nothing. */
export function hear(state, word) {
  if (word.id && word.message) return withMessages(state, [word]);
  if (word.history) return withMessages(state, word.history);
  if (word.here) return { ...state, here: word.here, count: word.count };
  if (word.reach) return { ...state, reach: word.reach };
  if (word.error && word.ref) return changePending(state, word.ref, { error: word.error });
  // The first word of a connection that counts: what was on its way on another one may be lost.
  if (word.you) return { ...state, you: word.you, reach: null, pending: state.pending.map((each) => ({ ...each, sent: false })) };
  return state;
}

const changePending = (state, ref, changes) => ({
  ...state,
  pending: state.pending.map((each) => (each.ref === ref ? { ...each, ...changes } : each)),
});

/** Somebody pressed Enter. */
export const write = (state, ref, text, at) => ({ ...state, pending: [...state.pending, { ref, text, at, sent: false, error: null }] });
/** A message was given to the connection, once more perhaps. */
export const sent = (state, ref) => changePending(state, ref, { sent: true, error: null });
/** A message that failed is not to be sent any more. */
export const discard = (state, ref) => ({ ...state, pending: state.pending.filter((each) => each.ref !== ref) });
/** What must be sent now that the server told its history, in which none of it is. */
export const unsent = (state) => state.pending.filter((each) => !each.sent && !each.error);

/** How many code points the server will count. */
export const charsOf = (text) => [...text.trim()].length;

/** How many of these came after the one that was seen last, others' only. */
export const newerThan = (messages, seen, you) =>
  messages.filter((message) => message.by !== you?.by && (!seen || compareIds(message.id, seen) > 0)).length;

/**
 * Messages as turns of one person, each day begun by its name.
 * @returns {({day, key, at} | {key, by, name, own, at, messages})[]}
 */
export function turns(messages, you, dayOf) {
  const out = [];
  let day = null;
  for (const message of messages) {
    const today = dayOf(message.at);
    const last = out.at(-1);
    if (today !== day) out.push({ day: (day = today), key: `day ${message.id}`, at: message.at });
    else if (last.by === message.by && (last.own || last.name === message.name) && message.at - last.messages.at(-1).at < TURN_MS) {
      last.messages.push(message);
      continue;
    }
    const { by, name, at } = message;
    out.push({ key: message.id, by, name, own: by === you?.by, at, messages: [message] });
  }
  return out;
}

const ADDRESS = /\bhttps?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]}]/g;

/** A text cut at its addresses: strings and {href}. */
export function parts(text) {
  const out = [];
  let end = 0;
  for (const { 0: href, index } of text.matchAll(ADDRESS)) {
    if (index > end) out.push(text.slice(end, index));
    out.push({ href });
    end = index + href.length;
  }
  if (end < text.length) out.push(text.slice(end));
  return out;
}

/** The same one of `n` for the same person, everywhere. */
export const shade = (by, n) => parseInt(by.slice(0, 4), 16) % n || 0;

/** "M" for Mina, "민" for 민아. */
export const initialOf = (name) => ([...name][0] ?? "?").toUpperCase();
