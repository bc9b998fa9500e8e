// The poses of the peers, as the benchmark `track` reads them, against a pinhole camera that is written out here.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lensOf, ofMarkerPose, ofWorldMatrix } from '../bench/track/page/homography.mjs';
import { PIXEL_MM } from '../bench/track/page/nft-units.mjs';

const frame = { width: 640, height: 480 };
const photo = { width: 1024, height: 768 };
const lens = lensOf(frame, 45);
const CORNERS = [[0, 0], [1, 0], [1, 1], [0, 1], [0.3, 0.6]];

/** Turned by 20° about its upright axis, then by 10° about the camera's. */
const turn = (() => {
  const [tilt, roll] = [20, 10].map((degrees) => (degrees * Math.PI) / 180);
  const [c, s, C, S] = [Math.cos(tilt), Math.sin(tilt), Math.cos(roll), Math.sin(roll)];
  return [[C * c, -S], [S * c, C], [-s, 0]];
})();
/** The photo's upper left corner before the camera: x right, y down, z away, in widths of the photo. */
const place = [-0.4, -0.3, 1.5];

/** Where a point of the photo is before the camera, in widths. */
function before([x, y]) {
  const down = (y * photo.height) / photo.width;
  return [0, 1, 2].map((axis) => turn[axis][0] * x + turn[axis][1] * down + place[axis]);
}

function seen(point) {
  const [x, y, z] = before(point);
  const focal = frame.height / 2 / Math.tan(Math.PI / 8);
  return [frame.width / 2 + (focal * x) / z, frame.height / 2 + (focal * y) / z];
}

function agrees(homography) {
  for (const point of CORNERS) {
    const row = (at) => homography[at] * point[0] + homography[at + 1] * point[1] + homography[at + 2];
    const [u, v, w] = [0, 3, 6].map(row);
    const [x, y] = seen(point);
    assert.ok(Math.hypot(u / w - x, v / w - y) < 1e-9, `${point}: ${u / w}, ${v / w} instead of ${x}, ${y}`);
  }
}

/** The matrix's columns for one unit to the right and one up, and its place for the photo's lower left corner. */
function columns(unit) {
  const lowerLeft = before([0, 1]).map((width) => width * photo.width * unit);
  return [turn.map(([right]) => right), turn.map(([, down]) => -down), lowerLeft];
}

test('a world matrix of mind-ar', () => {
  const gl = ([x, y, z]) => [x, -y, -z];
  const [right, up, origin] = columns(1).map(gl);
  agrees(ofWorldMatrix([...right, 0, ...up, 0, 0, 0, 0, 0, ...origin, 1], lens, photo));
});

test('a pose of jsartoolkitNFT', () => {
  const [right, up, origin] = columns(PIXEL_MM);
  agrees(ofMarkerPose([0, 1, 2].flatMap((axis) => [right[axis], up[axis], 0, origin[axis]]), lens, photo));
});
