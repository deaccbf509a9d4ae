'use strict';

/* embedStream alone over generated texts: prints the seconds it took. */

const { PerformanceClient } = require('../..');

function* makeTexts(count) {
  for (let i = 0; i < count; i++)
    yield `Paragraph ${i} says in plain words what the machine does and why.`;
}

async function main(url, count) {
  const client = new PerformanceClient(url, { apiKey: false });
  const start = performance.now();
  let rows = 0;
  for await (const batch of client.embedStream(makeTexts(count), 'm'))
    rows += batch.count;
  if (rows !== count) throw new Error(`${rows} of ${count}`);
  console.log((performance.now() - start) / 1000);
  await client.close();
}

main(process.argv[2], Number(process.argv[3]));
