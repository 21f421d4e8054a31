/** Who else looks at the open job. Pure. */

/** The head keeps its place free for so many faces; where there are more, the last place counts the rest. */
export const PLACES = 3;

/**
 * The others among those who look, without oneself.
 * @param {{here: {name: string, by: string}[], count: number}|undefined} presence as the server told it
 * @returns {{faces: object[], more: number, names: string[]}} `more`: those who have no face here
 */
export function others(presence, you) {
  const { here = [], count = 0 } = presence ?? {};
  const named = here.filter(({ by }) => by !== you?.by);
  // Who is not among the names is among those who are only counted.
  const isCounted = you && count > named.length;
  const all = isCounted ? count - 1 : count;
  const faces = named.slice(0, all > PLACES ? PLACES - 1 : PLACES);
  return { faces, more: all - faces.length, names: named.map(({ name }) => name) };
}
