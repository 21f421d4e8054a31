/** The Room as the page shows it: folds what the server says, and sends what was written. */
import { signal } from "@preact/signals";
import { setNickname, speaker } from "./prefs.js";
import { discard, hear, initial, sent, unsent, write } from "./room.model.js";
import { enter, leave, send } from "./room-socket.js";

/** See room.model.js. Kept while other pages are shown. */
export const room = signal(initial());
/** What was begun and not sent, kept as well. */
export const draft = signal("");

let written = 0;
/** Tells this page's messages from those of the same browser's other pages. */
const PAGE = Math.random().toString(36).slice(2, 10);

function onWord(word) {
  room.value = hear(room.peek(), word);
  if (word.history) unsent(room.peek()).forEach(pass);
}

/** Enters the Room; the returned function leaves it. */
export function join() {
  enter(speaker(), onWord);
  return leave;
}

/** Takes another name, or the guest's with "". */
export function rename(name) {
  setNickname(name.trim() || null);
  enter(speaker(), onWord);
}

function pass({ ref, text }) {
  if (send({ message: text, ref })) room.value = sent(room.peek(), ref);
}

/** Says `text` to everyone. */
export function say(text) {
  written += 1;
  const message = { ref: `${PAGE}-${written}`, text: text.trim() };
  room.value = write(room.peek(), message.ref, message.text, Date.now());
  pass(message);
}

/** Sends a message that was refused once more. */
export const sayAgain = (message) => pass(message);

/** Gives up a message that was refused. */
export const withdraw = ({ ref }) => {
  room.value = discard(room.peek(), ref);
};
