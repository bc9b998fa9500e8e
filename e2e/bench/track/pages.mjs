// Chromium, and the server behind its pages: an engine has a page of its own for each photo.
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';

const TYPES = { '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm' };
const require = createRequire(import.meta.url);

/** Folders by the first part of the path. */
const FOLDERS = {
  page: fileURLToPath(new URL('page', import.meta.url)),
  ours: process.env.KINORA_TRACKER_DIR,
  mindar: join(dirname(require.resolve('mind-ar/package.json')), 'dist'),
  nft: join(dirname(require.resolve('@webarkit/jsartoolkit-nft/package.json')), 'dist'),
};

/** Starts Chromium and the server. */
export async function openPages() {
  let film;
  const targets = {};
  const server = createServer((request, response) => {
    const [, first, ...rest] = new URL(request.url, 'http://server').pathname.split('/');
    response.setHeader('content-type', TYPES[extname(request.url)] ?? 'application/octet-stream');
    if (first === '') return response.setHeader('content-type', 'text/html').end('<!doctype html><title>bench</title>');
    if (first === 'film') return response.end(film);
    const path = first === 'target' ? join(targets[rest[0]], ...rest.slice(1)) : join(FOLDERS[first] ?? '', ...rest);
    try {
      response.end(readFileSync(path));
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--headless=new', '--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  });

  return {
    /** A fresh page with an engine that is ready for a photo, whose files are in this folder. */
    async open(engine, folder, frame, photo) {
      targets[engine] = folder;
      const context = await browser.newContext();
      const page = await context.newPage();
      page.on('pageerror', (error) => console.error(`${engine}: ${error.message}`));
      await page.goto(`http://127.0.0.1:${server.address().port}/`);
      const startMs = await page.evaluate(
        async ([name, frame, photo]) => (await import('/page/watch.mjs')).start(name, frame, photo),
        [engine, frame, photo],
      );
      return {
        startMs,
        /** What the engine says about each frame of a film. */
        async watch({ film: watched, width, height, bytes }) {
          film = bytes;
          return page.evaluate(
            async ([watched, frame]) => (await import('/page/watch.mjs')).watch(watched, frame),
            [watched, { width, height }],
          );
        },
        close: () => context.close(),
      };
    },
    async close() {
      await browser.close();
      server.close();
    },
  };
}
