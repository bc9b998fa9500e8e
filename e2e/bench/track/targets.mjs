// Each photo as each engine wants it: made by the engine's own compiler from the same pixels, and kept by content.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { convert, jpegOf } from '../../interop/pictures.mjs';

const program = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The peers' compilers talk a lot: what they say is only shown when they fail. */
const quietly = { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8', maxBuffer: 1 << 26 };

/** How the files of a photo are made, by engine: `make(photo, folder)` leaves them as `target.*`. */
const MAKERS = {
  ours: (photo, folder, album) => {
    execFileSync(process.env.KINORA_SCENES, ['targets', '--photos', album, '--only', photo, '--folder', folder]);
    renameSync(join(folder, `${photo}.mind`), join(folder, 'target.mind'));
  },
  mindar: (photo, folder) => {
    const png = convert(photo, join(folder, 'photo.png'));
    execFileSync('node', [program('../../interop/peer.mjs'), join(folder, 'target.mind'), png], quietly);
  },
  nft: (photo, folder) => {
    const png = convert(photo, join(folder, 'photo.png'));
    execFileSync('node', [program('nft-marker.mjs'), join(folder, 'target'), png], quietly);
  },
};

/** The folder with an engine's files of a photo. Ours are made anew each time: they follow the code. */
export function targetFolder(kept, engine, photo, album) {
  const digest = createHash('sha256').update(readFileSync(jpegOf(photo))).digest('hex').slice(0, 16);
  const folder = join(kept, `${engine}-${digest}`);
  if (engine !== 'ours' && existsSync(folder)) return folder;
  const fresh = `${folder}.${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  MAKERS[engine](photo, fresh, album);
  rmSync(folder, { recursive: true, force: true });
  renameSync(fresh, folder);
  return folder;
}
