/** Starts the page: words, what the socket has said, paint. */
import { render } from "preact";
import * as api from "./api.js";
import { App } from "./app.js";
import { html } from "./html.js";
import { setMessages } from "./i18n.js";
import { setSpeaker } from "./said.js";
import { connect, isLinked, setWatch } from "./socket.js";
import { prune, receive, server } from "./store.js";
import { onWatch } from "./watch.js";
import { wanted } from "./watch.model.js";

/** If the socket is not there by then, the first picture comes over HTTP. */
const PATIENCE_MS = 2_000;

const LANGUAGES = ["en", "ko"];

/**
 * The server speaks English: only other languages need more than the page's own words. What it answers to a deed comes
 * later than what it shows by itself.
 * @returns {() => Promise<void>} loads the rest
 */
async function speak(lang) {
  const [{ speakerFrom }, first] = await Promise.all([import("./said.model.js"), api.messages(`said.${lang}`)]);
  setSpeaker(speakerFrom(first));
  return async () => setSpeaker(speakerFrom({ ...first, ...(await api.messages(`said.acts.${lang}`)) }));
}

/** Resolves, once the words of the first screen are there, to what loads the rest. */
async function loadWords() {
  const asked = document.documentElement.lang.slice(0, 2);
  const lang = LANGUAGES.includes(asked) ? asked : "en";
  const [messages, loadMore] = await Promise.all([api.messages(lang), lang === "en" ? async () => {} : speak(lang)]);
  setMessages(lang, messages);
  document.documentElement.lang = lang;
  return loadMore;
}

function follow(watch, hidden) {
  setWatch(watch, hidden);
  prune(wanted(watch));
}

/** Without a socket the page is not live, and says so; what it shows is then at least not empty. */
async function fallBack() {
  if (isLinked.peek()) return;
  const [{ eventsOf }, answer] = await Promise.all([import("./fallback.model.js"), api.overview()]);
  receive([{ type: "hello", server: answer.server, epoch: null, now: answer.now }, ...eventsOf(answer)]);
}

/** What was read with other rights is not shown any longer: the page begins anew. Without a login it is led to it. */
async function askWho() {
  const known = server.peek();
  if (!known?.user) return;
  const { rights } = await api.me();
  if (JSON.stringify(rights) !== JSON.stringify(known.rights)) location.reload();
}

const loadMore = await loadWords();
const root = document.getElementById("root");
root.replaceChildren();
onWatch(follow);
connect(receive, () => askWho().catch(() => {}));
render(html`<${App} />`, root);
loadMore().catch(() => {});
setTimeout(() => fallBack().catch(() => {}), PATIENCE_MS);
