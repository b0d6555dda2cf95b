// A worker in Node with nothing but its standard library; docs/worker-protocol.md explains.
'use strict';
const { setTimeout: sleep } = require('node:timers/promises');

const { RUNPOD_WEBHOOK_GET_JOB: TAKE, RUNPOD_WEBHOOK_POST_OUTPUT: DONE,
  RUNPOD_WEBHOOK_POST_STREAM: STREAM, RUNPOD_AI_API_KEY: KEY } = process.env;
const headers = { Authorization: KEY, 'Content-Type': 'application/json' };

// The work: yields chunks, returns the output, throws to fail.
async function* handle({ text }, progress) {
  const words = text.split(' ');
  for (const [index, word] of words.entries()) {
    await progress({ done: index, of: words.length });
    yield word.toUpperCase();
  }
  return { words: words.length };
}

// 5xx, or a connection that breaks: not now. Anything else will not change by being repeated.
async function report(url, job, body) {
  const order = { method: 'POST', headers, body: JSON.stringify(body) };
  const send = () => fetch(url.replace('$ID', job.id), order).then(({ status }) => status, () => 503);
  while (await send() >= 500) await sleep(200);
}

async function run(job) {
  const work = handle(job.input, (output) => report(DONE, job, { status: 'IN_PROGRESS', output }));
  for (;;) {
    const { done, value } = await work.next();
    if (done) return { output: value };
    await report(STREAM, job, { output: value });
  }
}

(async () => {
  for (;;) {
    const answer = await fetch(`${TAKE}&job_in_progress=0`, { headers });
    if (answer.status !== 200) continue; // 204: no job came while the agent waited.
    const job = await answer.json();
    await report(DONE, job, await run(job).catch((error) => ({ error: String(error) })));
  }
})();
