// Our compiler in both its forms: the WebAssembly module of the worker, and the binary.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

function needed(variable) {
  const value = process.env[variable];
  if (!value) throw new Error(`${variable} is not set; run these tests with \`cargo xtask test wasm\``);
  return value;
}

/** Loads the worker's module and gives a function from a photo's bytes to what the worker would answer last. */
export async function loadModule() {
  const folder = needed('KINORA_WEB_DIR');
  const compiler = await import(pathToFileURL(join(folder, 'compiler.js')));
  compiler.initSync({ module: readFileSync(join(folder, 'compiler_bg.wasm')) });
  compiler.ready();
  return (photo, options = {}) => {
    const answers = [];
    const message = JSON.stringify({ type: 'compile', job: 1, options });
    compiler.handle(message, photo, (json, buffer) => answers.push({ ...JSON.parse(json), buffer }));
    const { buffer, ...last } = answers.at(-1);
    const progress = answers.filter(({ type }) => type === 'progress').map((answer) => answer.progress);
    return { ...last, progress, mind: buffer && Buffer.from(buffer) };
  };
}

/** Runs `kinora` and gives what it printed. */
export async function kinora(...args) {
  const { stdout } = await run(needed('KINORA_BIN'), args);
  return stdout;
}
