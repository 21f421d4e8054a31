/** Between the value of a datetime-local control and ISO 8601 with an offset. Pure but for this machine's zone. */

const two = (n) => String(n).padStart(2, "0");

function offsetText(minutes) {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** "2026-01-02T10:00" in the shown zone ("UTC", or null for this machine's) → "2026-01-02T10:00:00+09:00". */
export function toIso(local, zone) {
  const full = /T\d\d:\d\d$/.test(local) ? `${local}:00` : local;
  if (zone === "UTC") return `${full}+00:00`;
  return full + offsetText(-new Date(full).getTimezoneOffset());
}

/** Any ISO 8601 moment → the value of a datetime-local control in the shown zone. */
export function toLocalInput(iso, zone) {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return "";
  const shift = zone === "UTC" ? 0 : -at.getTimezoneOffset();
  return new Date(at.getTime() + shift * 60_000).toISOString().slice(0, 16);
}
