// Files of the album.

/** A file that did not come; `status` is what the server answered. */
class FetchError extends Error {
  constructor({ status, url }) {
    super(`${status} ${url}`);
    this.status = status;
  }
}

/** Reads a file as it comes; `onProgress` is told the part that is there, 0..1. */
export async function fetchBytes(url, onProgress) {
  const response = await fetch(url);
  if (!response.ok) throw new FetchError(response);
  const total = Number(response.headers.get("Content-Length"));
  const parts = [];
  let bytes = 0;
  for (const reader = response.body.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    bytes += value.length;
    if (total > 0) onProgress(Math.min(1, bytes / total));
  }
  onProgress(1);
  return new Blob(parts).arrayBuffer();
}

export async function fetchJson(url) {
  const response = await fetch(url);
  if (!response.ok) throw new FetchError(response);
  return response.json();
}
