// Our bytes against npm mind-ar 1.2.5's own, for the same pixels; and each of us reads the other's file.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { difference } from './difference.mjs';
import { kinora, loadModule } from './ours.mjs';
import { convert, edgeCases, jpegOf, photographs } from './pictures.mjs';

const run = promisify(execFile);
const peer = fileURLToPath(new URL('peer.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'kinora-interop-'));
const at = (name) => join(folder, name);

/** The peer takes seconds a photo: as many run at a time as there are processors. */
const PEERS_AT_A_TIME = 2;
const waiting = [];
let running = 0;

async function compileWithPeer(...files) {
  if (running >= PEERS_AT_A_TIME) await new Promise((resolve) => waiting.push(resolve));
  running += 1;
  try {
    const out = `${files.join('+').replaceAll(/[^a-z0-9]/gi, '_')}.mind`.slice(-200);
    await run(process.execPath, [peer, at(out), ...files], { maxBuffer: 1 << 24 });
    return readFileSync(at(out));
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}

let compile;
before(async () => {
  compile = await loadModule();
});
after(() => rmSync(folder, { recursive: true }));

const cases = {
  ...edgeCases(folder),
  // The whole photograph, once; the others smaller, since the peer takes so long.
  'black-canyon, whole': convert('black-canyon', at('whole.png')),
};
for (const name of photographs) cases[name] = convert(name, at(`${name}.png`), '-vf', 'scale=400:-1');

test('the module writes the bytes of the peer', { concurrency: true }, async (t) => {
  await Promise.all(
    Object.entries(cases).map(([name, file]) =>
      t.test(name, async () => {
        const peers = await compileWithPeer(file);
        const ours = compile(readFileSync(file));
        assert.equal(ours.type, 'done', ours.message);
        assert.equal(difference(ours.mind, peers), undefined);
      }),
    ),
  );
});

test('the binary writes the bytes of the peer for several photos', async () => {
  const files = [cases['nagasaki-boats'], cases.small, cases['dust-bowl-home']];
  const [peers] = await Promise.all([compileWithPeer(...files), kinora('compile', ...files, '-o', at('album.mind'))]);
  assert.equal(difference(readFileSync(at('album.mind')), peers), undefined);
});

test('module and binary agree byte for byte, also on formats that are decoded', async () => {
  const files = [
    jpegOf('french-alpine-landscape'),
    convert('allium-oreophilum', at('photo.webp'), '-vf', 'scale=700:-1'),
    cases.transparent,
    cases.sixteenBit,
    cases.palette,
  ];
  for (const file of files) {
    await kinora('compile', file, '-o', at('one.mind'));
    const { mind } = compile(readFileSync(file));
    assert.equal(difference(mind, readFileSync(at('one.mind'))), undefined, file);
  }
  await kinora('compile', cases.small, '-o', at('filled.mind'), '--upscaling', 'filled');
  const filled = compile(readFileSync(cases.small), { upscaling: 'filled' });
  assert.equal(difference(filled.mind, readFileSync(at('filled.mind'))), undefined);
  assert.ok(filled.report.tracking_points > compile(readFileSync(cases.small)).report.tracking_points);
});

test('each reads what the other wrote', async () => {
  const { PixelCompiler } = await import('./peer.mjs');
  const { mind, report } = compile(readFileSync(cases['nagasaki-boats']));
  const [target] = new PixelCompiler().importData(mind);
  assert.deepEqual(target.targetImage, { width: report.width, height: report.height });
  assert.equal(target.matchingData.length, report.keyframes);

  writeFileSync(at('theirs.mind'), await compileWithPeer(cases.wide));
  const inspected = JSON.parse(await kinora('inspect', at('theirs.mind'), '--json'));
  const ours = compile(readFileSync(cases.wide)).report;
  assert.deepEqual(inspected.targets, [
    {
      width: ours.width,
      height: ours.height,
      keyframes: ours.keyframes,
      features: ours.features,
      tracking_points: ours.tracking_points,
    },
  ]);
});

test('progress is true: it never goes back and ends at the end', () => {
  const { progress } = compile(readFileSync(cases['black-canyon, whole']));
  assert.ok(progress.every(({ done, total }, index) => done <= total && done >= (progress[index - 1]?.done ?? 0)));
  assert.equal(progress.at(-1).done, progress.at(-1).total);
});

test('what is no photo is refused with a code', () => {
  const codes = [
    [Buffer.from('just a text'), 'unsupported_format'],
    [Buffer.alloc(0), 'unsupported_format'],
    [readFileSync(jpegOf('nagasaki-boats')).subarray(0, 100_000), 'undecodable'],
  ];
  for (const [bytes, code] of codes) {
    const answer = compile(bytes);
    assert.equal(answer.type, 'failed');
    assert.equal(answer.code, code);
  }
});
