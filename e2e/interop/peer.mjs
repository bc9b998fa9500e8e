// npm mind-ar 1.2.5's own compiler on Node (its TensorFlow.js CPU path), handed pixels instead of a canvas.
//
// As a program: `node peer.mjs OUT.mind PHOTO.png…` compiles the photos into one file.
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { PNG } from 'pngjs';
import { CompilerBase } from 'mind-ar/src/image-target/compiler-base.js';
import { buildTrackingImageList } from 'mind-ar/src/image-target/image-list.js';
import { extractTrackingFeatures } from 'mind-ar/src/image-target/tracker/extract-utils.js';
import 'mind-ar/src/image-target/detector/kernels/cpu/index.js';

/** The peer's compiler with pixels for a canvas. */
export class PixelCompiler extends CompilerBase {
  createProcessCanvas(image) {
    return { getContext: () => ({ drawImage() {}, getImageData: () => ({ data: image.data }) }) };
  }

  async compileTrack({ targetImages }) {
    return targetImages.map((image) => extractTrackingFeatures(buildTrackingImageList(image), () => {}));
  }
}

/** Bytes of the `.mind` of some PNG files. */
export async function compileWithPeer(files) {
  const images = files.map((file) => PNG.sync.read(readFileSync(file)));
  const compiler = new PixelCompiler();
  await compiler.compileImageTargets(images, () => {});
  return Buffer.from(compiler.exportData());
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [out, ...photos] = process.argv.slice(2);
  writeFileSync(out, await compileWithPeer(photos));
}
