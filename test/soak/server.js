'use strict';

/* The servers of a soak run, in a process of their own. */

const { Places } = require('../chaos/places');

async function main() {
  const places = new Places(process.argv[2]);
  await places.open();
  process.send(places.list);
  process.on('disconnect', () => process.exit());
}

main();
