// Where two `.mind` files first differ, in words.
import { decode } from '@msgpack/msgpack';

function firstDifference(a, b, path) {
  if (a instanceof Uint8Array && b instanceof Uint8Array) {
    const index = a.findIndex((byte, at) => byte !== b[at]);
    return a.length === b.length && index < 0 ? undefined : `${path}: byte ${index} of ${a.length} and ${b.length}`;
  }
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') {
    return Object.is(a, b) ? undefined : `${path}: ${a} and ${b}`;
  }
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  for (const key of keys) {
    const found = firstDifference(a[key], b[key], `${path}.${key}`);
    if (found) return found;
  }
  return undefined;
}

/** Undefined when the bytes are equal. */
export function difference(ours, peers) {
  if (Buffer.compare(ours, peers) === 0) return undefined;
  return firstDifference(decode(ours), decode(peers), 'file') ?? 'the same values in other bytes';
}
