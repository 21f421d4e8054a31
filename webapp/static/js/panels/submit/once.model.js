/** One submission, or one press of "Run again", is one job, however often its button is pressed or its request repeated. Pure but for chance. */

/** A random UUID; crypto.randomUUID exists on secure pages only. */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** {id, text} for a body: that of `before` while the body is the same, else a new one. */
export function idFor(body, before) {
  const text = JSON.stringify(body);
  return before?.text === text ? before : { id: newId(), text };
}
