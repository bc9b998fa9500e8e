// The engine in its worker. It answers every message once and in order, so the oldest question is the one answered.

import { Problem } from "./problems.js";

/** A module of one function that makes a vector: valid only where there is SIMD. */
const SIMD = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11];

/**
 * @typedef {object} Engine
 * @property {Promise<void>} ready that it can be asked
 * @property {(mind: ArrayBuffer) => Promise<number>} addTargets gives how many it looks for
 * @property {(frame: object, transfer: Transferable[], timeMs: number) => Promise<{poses: Float64Array, width: number, height: number}>} look
 */

/**
 * Starts it; it loads while the page goes on.
 *
 * @param {() => void} onDied when it was ready, and will answer no more
 * @returns {Engine}
 */
export function startEngine(onDied) {
  if (!isSupported()) throw new Problem("engine_unsupported");
  const worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
  const asked = [];
  let isReady = false;
  const ask = (message, transfer = []) =>
    new Promise((resolve, reject) => {
      asked.push({ resolve, reject });
      worker.postMessage(message, transfer);
    });
  worker.onmessage = ({ data }) => asked.shift().resolve(data);
  worker.onerror = (event) => {
    event.preventDefault();
    worker.terminate();
    const problem = new Problem(isReady ? "tracker_failed" : "load_failed", event.message);
    for (const { reject } of asked.splice(0)) reject(problem);
    if (isReady) onDied();
  };
  const ready = compileModule().then(async (module) => {
    await ask({ type: "start", module });
    isReady = true;
  });
  return {
    ready,
    async addTargets(mind) {
      await ready;
      return (await ask({ type: "targets", mind }, [mind])).targets;
    },
    look: (frame, transfer, timeMs) => ask({ type: "frame", frame, timeMs }, transfer),
  };
}

function isSupported() {
  return typeof Worker === "function" && typeof WebAssembly === "object";
}

/** Here and not in the worker, so that it loads beside the worker's script; the page's template has begun it already. */
async function compileModule() {
  const name = WebAssembly.validate(new Uint8Array(SIMD)) ? "tracker_bg.wasm" : "tracker_plain_bg.wasm";
  const response = await fetch(new URL(name, import.meta.url));
  if (!response.ok) throw new Problem("load_failed", response.status);
  return WebAssembly.compileStreaming(response);
}
