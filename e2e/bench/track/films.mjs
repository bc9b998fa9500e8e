// Films whose truth is known, rendered once by the program `scenes` and handed on one after the other.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** The program, running one of its tasks. */
function scenes(task, choice) {
  return spawn(process.env.KINORA_SCENES, [task, ...choice], { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** What is to be filmed: a line of the program's `truth` for each film. */
export async function truths(choice) {
  const lines = [];
  for await (const line of createInterface({ input: scenes('truth', choice).stdout })) lines.push(JSON.parse(line));
  if (lines.length === 0) throw new Error('nothing is to be filmed');
  return lines;
}

/**
 * Each film with all its frames' grey bytes. The next one is rendered when it is asked for: the program waits as long as
 * nobody reads what it writes, so that it takes no time from an engine.
 */
export async function* films(choice) {
  const program = scenes('frames', choice);
  const chunks = program.stdout[Symbol.asyncIterator]();
  let left = Buffer.alloc(0);
  for (const { case: film, width, height } of await truths(choice)) {
    const bytes = Buffer.alloc(width * height * film.frames);
    for (let filled = 0; filled < bytes.length; ) {
      if (left.length === 0) {
        const { value, done } = await chunks.next();
        if (done) throw new Error('the films ended too early');
        left = value;
      }
      const taken = left.copy(bytes, filled);
      left = left.subarray(taken);
      filled += taken;
    }
    yield { film, width, height, bytes };
  }
}
