/** Where a login leads. Pure. */

/** `next` where it is an address of ours, else the first page: nobody is led to another site by a link to our login. */
export function target(next, base) {
  const home = `${base}/`;
  // A browser takes backslashes for slashes and drops tabs, so that "/\t/evil.example" would be another host.
  if (!next || /[\\\u0000-\u0020]/.test(next) || next.startsWith("//") || !next.startsWith(home)) return home;
  return next.startsWith(`${base}/login`) || next.startsWith(`${base}/api/`) ? home : next;
}
