// Shows films to an engine in this page, and times it. An engine is a module with these functions: `start(frame)` makes it
// ready and `load(photo)` reads the target; `warmUp()`, where it has one, is part of its start; `begin(frame, isView)` before
// each film; `put(image)`, where it has one, is not timed, `look(image, timeMs)` is.

const FRAME_RATE = 30;

let engine;

/** Starts an engine; gives the milliseconds that it took, without its target's. */
export async function start(name, frame, photo) {
  engine = await import(`/page/${name}.mjs`);
  const startMs = await timed(() => engine.start(frame));
  await engine.load(photo);
  return startMs + (await timed(() => engine.warmUp?.()));
}

/** Shows the film that the server has at hand; gives an answer for each frame. */
export async function watch({ frames, sequence }, frame) {
  const film = new Uint8Array(await (await fetch('/film')).arrayBuffer());
  const size = frame.width * frame.height;
  const image = new ImageData(frame.width, frame.height);
  const isView = sequence === 'view';
  await engine.begin(frame, isView);
  const rounds = (isView && engine.viewRounds) || 1;
  const answers = [];
  for (let number = 0; number < frames * rounds; number += 1) {
    const at = (number % frames) * size;
    colour(film.subarray(at, at + size), image.data);
    engine.put?.(image);
    let poses;
    const ms = await timed(async () => (poses = await engine.look(image, (number * 1000) / FRAME_RATE)));
    answers.push({ poses, micros: ms * 1000 });
  }
  return answers.slice(-frames);
}

async function timed(work) {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** Grey levels as a canvas has them. */
function colour(grey, rgba) {
  for (let pixel = 0; pixel < grey.length; pixel += 1) {
    rgba.fill(grey[pixel], pixel * 4, pixel * 4 + 3);
    rgba[pixel * 4 + 3] = 255;
  }
}
