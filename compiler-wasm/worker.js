// Module worker around the compiler: loads it, says so, and forwards messages. A message is `[json, …buffers]`.
import init, { handle, ready } from './compiler.js';

await init();
addEventListener('message', ({ data: [json, photo] }) => {
  const post = (answer, buffer) => postMessage(buffer ? [answer, buffer] : [answer], buffer ? [buffer] : []);
  try {
    handle(json, new Uint8Array(photo), post);
  } catch (error) {
    const { job } = JSON.parse(json);
    post(JSON.stringify({ type: 'failed', job, code: 'panicked', message: String(error) }));
  }
});
postMessage([ready()]);
