// Keeps the screen lit while the camera is in use; a browser that can't, doesn't. Hiding the page ends it.

let lock = null;
let isWanted = false;

export async function stayAwake() {
  isWanted = true;
  try {
    lock = await navigator.wakeLock?.request("screen");
    if (!isWanted) lock?.release();
  } catch {
    // Refused, for example while the battery is low.
  }
}

export function mayRest() {
  isWanted = false;
  lock?.release();
  lock = null;
}
