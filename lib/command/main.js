'use strict';

const { build } = require('./build');
const { doctor } = require('./doctor');
const { version } = require('../base/version');

const HELP = `baseten-performance-client ${version}

  npx baseten-performance-client doctor [URL]
      Says what is loaded and from where, which libraries are inside, which
      certificates are trusted and which proxies are used. With a URL, sends
      two HEAD requests there, without any key of yours, and says how long they
      took. Exit code 1 when the native part does not load or nothing answers.

  npx baseten-performance-client build [--force]
      Compiles the native part where the package has none for this platform,
      or with --force in any case. Says what is missing for that.

  npx baseten-performance-client --help | --version
`;

/** Exit code of a command that was not understood. */
const MISUSE = 2;

/**
 * @typedef {object} Command
 * @property {number} most arguments beside options
 * @property {string[]} options
 * @property {(args: string[], options: Set<string>) => Promise<number>} run
 *   gives the exit code
 */

/** @type {Map<string, Command>} */
const COMMANDS = new Map([
  [
    'build',
    { most: 0, options: ['--force'], run: (_, options) => build(options) },
  ],
  ['doctor', { most: 1, options: [], run: ([url]) => doctor(url) }],
]);

/**
 * @param {string} complaint
 * @returns {number}
 */
function refuse(complaint) {
  process.stderr.write(
    `${complaint}; see npx baseten-performance-client --help\n`,
  );
  return MISUSE;
}

/**
 * @param {string[]} line the command line
 * @returns {Promise<number>} the exit code
 */
async function main(line) {
  const options = new Set(line.filter((word) => word.startsWith('-')));
  const [name, ...args] = line.filter((word) => !word.startsWith('-'));
  const isAsking = (...names) => names.some((one) => options.has(one));
  if (isAsking('--help', '-h') || line.length === 0) {
    process.stdout.write(HELP);
    return line.length === 0 ? MISUSE : 0;
  }
  if (isAsking('--version', '-v')) {
    process.stdout.write(`${version}\n`);
    return 0;
  }
  if (name === undefined) return refuse('no command was given');
  const command = COMMANDS.get(name);
  if (!command) return refuse(`unknown command ${JSON.stringify(name)}`);
  const foreign = [...options].find((one) => !command.options.includes(one));
  if (foreign) return refuse(`unknown option ${foreign} of ${name}`);
  if (args.length > command.most)
    return refuse(`${name} does not take ${JSON.stringify(args.at(-1))}`);
  return await command.run(args, options);
}

module.exports = { main };
