// Whether two engines said the same.
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';

/** How many frames two recordings of the same films differ about, be it in the last bit. */
export function differing(...files) {
  const [one, other] = files.map((file) =>
    JSON.parse(readFileSync(file)).viewings.flatMap(({ answers }) => answers.map(({ poses }) => poses)),
  );
  const count = one.filter((poses, frame) => !isDeepStrictEqual(poses, other[frame])).length;
  return `${count} of ${one.length}`;
}
