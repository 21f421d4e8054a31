/** Where Enter sends and Shift+Enter begins a new line. */

/** A key that belongs to an input method (it ends a syllable of Hangul) is no Enter. */
export const isEnter = (event) => event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229;
