/** What the server says in English, in the language of the page: by said.model.js, where that was loaded. Pure. */

let speaker = { said: (text) => text, saidEvent: (event) => event, saidAnswer: (answer) => answer };

/** Takes who says it in another language; until then everything is as the server said it. */
export function setSpeaker(other) {
  speaker = other;
}

/** `text` in the language of the page; itself where it is not known, or no sentence. */
export const said = (text) => speaker.said(text);

/** An event of the socket, with its words in the language of the page. */
export const saidEvent = (event) => speaker.saidEvent(event);

/** The answer of a request likewise. */
export const saidAnswer = (answer) => speaker.saidAnswer(answer);
