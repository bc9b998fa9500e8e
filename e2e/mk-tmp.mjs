import { targetFolder } from './bench/track/targets.mjs';
for (const p of ['french-alpine-landscape','allium-oreophilum','dust-bowl-home','airplane-from-above']) for (const e of ['mindar','nft']) console.log(targetFolder(process.env.KINORA_TRACK_DIR, e, p));
