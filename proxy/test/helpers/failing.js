'use strict';

/* Required before a program, lets it fail where nobody catches it. */

process.on('SIGUSR2', () => {
  throw new Error(`nobody catches this: ${process.argv}`);
});
