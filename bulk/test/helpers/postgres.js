'use strict';

const { execFileSync, spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const { Client } = require('pg');

const { makeFolder } = require('./bulk-process');
const { findFreePort } = require('./free-port');

/** Where Debian keeps what is no command of everybody's, by version. */
const VERSIONS = '/usr/lib/postgresql';

const DATABASE = 'postgres';

/**
 * @param {string} program of PostgreSQL: of the one that POSTGRES_BIN names, or
 * the newest there is
 */
function find(program) {
  const { POSTGRES_BIN: folder } = process.env;
  if (folder) return path.resolve(folder, program);
  const versions = fs.existsSync(VERSIONS) ? fs.readdirSync(VERSIONS) : [];
  const [newest] = versions.sort((a, b) => Number(b) - Number(a));
  return newest ? path.join(VERSIONS, newest, 'bin', program) : program;
}

/** PostgreSQL refuses to run as root: Debian's package makes a user for it. */
const isRoot = process.getuid?.() === 0;

/** @param {string[]} command @returns {string[]} the same, not as root */
function asUser(command) {
  if (!isRoot) return command;
  const user = ['--reuid=postgres', '--regid=postgres', '--clear-groups'];
  return ['setpriv', ...user, ...command];
}

/** A PostgreSQL of the test's own, whose tables survive its restart. */
class Postgres {
  #folder;
  #port;
  #child;

  constructor(folder, port) {
    this.#folder = folder;
    this.#port = port;
    this.url = `postgres://postgres@127.0.0.1:${port}/${DATABASE}`;
  }

  /** Makes its tables' folder. */
  prepare() {
    if (isRoot) execFileSync('chown', ['postgres', this.#folder]);
    const [command, ...args] = asUser([
      ...[find('initdb'), '--pgdata', this.#folder, '--username', 'postgres'],
      ...['--auth', 'trust', '--encoding', 'UTF8', '--locale', 'C'],
      '--no-sync',
    ]);
    execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  }

  async start() {
    const [command, ...args] = asUser([
      ...[find('postgres'), '-D', this.#folder, '-p', String(this.#port)],
      ...['-c', 'listen_addresses=127.0.0.1'],
      ...['-c', `unix_socket_directories=${this.#folder}`],
    ]);
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child = child;
    let log = '';
    child.stderr.setEncoding('utf8');
    await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', () => reject(new Error(`postgres: ${log}`)));
      child.stderr.on('data', (text) => {
        log += text;
        if (log.includes('ready to accept connections')) resolve(undefined);
      });
    });
  }

  /** @param {NodeJS.Signals} [signal] SIGINT: whatever is connected */
  async stop(signal = 'SIGINT') {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }

  /** Ends it as a crash would. */
  async crash() {
    await this.stop('SIGQUIT');
  }

  /** Likewise, and starts it again over what it had written. */
  async restart() {
    await this.crash();
    await this.start();
  }

  /** A database of its own. @returns {Promise<string>} its address */
  async createDatabase(name) {
    await this.query(`CREATE DATABASE ${name}`);
    return this.url.replace(/\w+$/, name);
  }

  /**
   * @param {string} text
   * @param {string} [url] of the database
   * @returns {Promise<any[]>} rows
   */
  async query(text, url = this.url) {
    const client = new Client(url);
    await client.connect();
    try {
      const { rows } = await client.query(text);
      return rows;
    } finally {
      await client.end();
    }
  }
}

/** @param {{ after: (end: () => unknown) => void }} t */
async function startPostgres(t) {
  const postgres = new Postgres(makeFolder(t), await findFreePort());
  postgres.prepare();
  await postgres.start();
  t.after(() => postgres.stop());
  return postgres;
}

module.exports = { startPostgres };
