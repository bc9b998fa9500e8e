// `node nft-marker.mjs OUT PHOTO.png` makes jsartoolkitNFT's files of a photo, OUT.iset, OUT.fset and OUT.fset3, with its own
// compiler at its defaults, handed pixels instead of a file. Takes more than a minute.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { PNG } from 'pngjs';
import { DPI } from './page/nft-units.mjs';

const [out, photo] = process.argv.slice(2);
const creator = createRequire(import.meta.url)('@webarkit/nft-marker-creator-app/build/NftMarkerCreator_wasm.js');
creator.onRuntimeInitialized = () => {
  const { width, height, data } = PNG.sync.read(readFileSync(photo));
  const rgb = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel += 1) rgb.set(data.subarray(pixel * 4, pixel * 4 + 3), pixel * 3);
  creator.createNftDataSet(rgb, DPI, width, height, 3, '');
  for (const type of ['iset', 'fset', 'fset3']) {
    writeFileSync(`${out}.${type}`, creator.FS.readFile(`tempFilename.${type}`));
  }
};
