'use strict';

/*
 * Parts as rows of a table of PostgreSQL, pgvector's or of real[]. A part is one
 * transaction: its rows, and a row of the ledger that says so. Whatever is
 * killed, the ledger has the parts whose rows are there, and no other.
 *
 * The rows come by COPY into a table of the transaction's own and from there into
 * the table, cast to the types of its columns: so one way serves every table,
 * and rows whose id is there already are replaced.
 */

const { randomUUID } = require('node:crypto');
const { Readable } = require('node:stream');
const { pipeline } = require('node:stream/promises');

const { FinalError, UsageError } = require('../base/errors');
const { copyChunks } = require('./copy');
const { AwayError, patiently } = require('./patience');

/** @typedef {import('../formats/formats').Part} Part */
/** @typedef {import('../parts/store').PartRecord} PartRecord */
/** @typedef {import('./remote').RemoteTerms} RemoteTerms */

const LEDGER = 'baseten_bulk_parts';

const STAGE = 'pg_temp.baseten_bulk_rows';

const VECTOR = 'embedding';

/** Two that make the same table at the same time would collide. */
const LOCK = `SELECT pg_advisory_xact_lock(hashtext('${LEDGER}'))`;

/**
 * The server, not what was sent: its connections, resources, an operator, a
 * deadlock; or the system, which writes its codes in letters.
 */
const AWAY = /^(08|53|57P|40001|40P01|E(AI_AGAIN|[A-Z]+)$)/;

const SQL_STATE = /^[0-9A-Z]{5}$/;

/** Neither the driver nor a stream has a code for a connection that is lost. */
const LOST = /^(Connection terminated|Premature close)/;

function loadDriver() {
  try {
    const { Client } = require('pg');
    return { Client, copyFrom: require('pg-copy-streams').from };
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error;
    throw new UsageError(
      'tables of PostgreSQL need packages that are not installed: npm install pg pg-copy-streams',
    );
  }
}

/** @param {string} name */
const quote = (name) => `"${name.replaceAll('"', '""')}"`;

/** The connection's own part of an address. @param {string} address */
function connectionOf(address) {
  const url = new URL(address);
  url.searchParams.delete('table');
  return url.href;
}

/**
 * What a driver's error means: the server is away, or refuses.
 * @param {any} error
 * @param {string} label
 */
function revive(error, label) {
  const { code = '', errors } = error;
  const message = error.message || errors?.[0]?.message || code;
  const words = `${label}: ${message}`;
  if (AWAY.test(code) || LOST.test(message)) return new AwayError(words);
  return SQL_STATE.test(code) ? new FinalError(words) : error;
}

class PostgresTable {
  #terms;
  #driver = loadDriver();
  #table;
  #ledger;

  /** Tells what this run has committed from what another has. */
  #writer = randomUUID();

  /** @type {any} */
  #client;

  /** Makes the table that rows are copied into, for one transaction. */
  #stage = '';

  /** How they get from there into the other. */
  #insert = '';

  /** @param {RemoteTerms} terms */
  constructor(terms) {
    const { name } = terms.output;
    const [first, second] = name.split('.');
    const schema = second === undefined ? '' : `${quote(first)}.`;
    this.#terms = terms;
    this.#table = `${schema}${quote(second ?? first)}`;
    this.#ledger = `${schema}${LEDGER}`;
  }

  /**
   * Commits a part, if nobody has before.
   * @param {import('../read/ranges').Shard} shard
   * @param {PartRecord} record
   * @param {string} errors lines about rows that failed
   * @param {Part} part rows that are new, or that another generation lacked
   * @returns {Promise<boolean>} false: another run has
   */
  async commit(shard, record, errors, part) {
    const { outageS, say } = this.#terms;
    return await patiently(
      () =>
        this.#transact((client) =>
          this.#write(client, shard, record, errors, part),
        ),
      outageS,
      say,
    );
  }

  /**
   * What is committed of a shard.
   * @param {import('../read/ranges').Shard} shard
   * @returns {Promise<{ record: PartRecord, errors: string }[]>}
   */
  async records(shard) {
    return await this.#transact(async (client) => {
      if (!(await this.#isThere(client, this.#ledger))) return [];
      const { rows } = await client.query(
        `SELECT record, errors FROM ${this.#ledger} WHERE job = $1 AND shard = $2 ORDER BY part`,
        [this.#terms.job, shard.index],
      );
      return rows;
    });
  }

  /** Forgets what was committed: it will be written over, by id. */
  async forget() {
    await this.#transact(async (client) => {
      if (!(await this.#isThere(client, this.#ledger))) return;
      const hasTable = await this.#isThere(client, this.#table);
      if (hasTable && !(await this.#hasUniqueId(client)))
        throw new UsageError(
          `--overwrite needs a unique index on ${this.#terms.idName} of ${this.#table}, or rows would stand there twice`,
        );
      await client.query(`DELETE FROM ${this.#ledger} WHERE job = $1`, [
        this.#terms.job,
      ]);
    });
  }

  async close() {
    await this.#client?.end();
    this.#client = undefined;
  }

  /**
   * @template T
   * @param {(client: any) => Promise<T>} use
   * @returns {Promise<T>}
   */
  async #transact(use) {
    try {
      const client = await this.#connect();
      await client.query('BEGIN');
      const result = await use(client);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      // The server rolls back what its session has left open.
      const client = this.#client;
      this.#client = undefined;
      await client?.end().catch(() => {}); // it may be gone already
      throw revive(error, this.#terms.output.label);
    }
  }

  async #connect() {
    if (this.#client) return this.#client;
    const client = new this.#driver.Client({
      connectionString: connectionOf(this.#terms.output.url),
      application_name: 'baseten-performance-bulk',
      keepAlive: true,
    });
    client.on('error', () => {}); // told by the query that meets it
    this.#client = client;
    this.#insert = '';
    await client.connect();
    return client;
  }

  /** @param {any} client @param {string} table */
  async #isThere(client, table) {
    const { rows } = await client.query(
      'SELECT to_regclass($1) IS NOT NULL AS found',
      [table],
    );
    return rows[0].found;
  }

  /** @param {any} client */
  async #hasUniqueId(client) {
    const { rowCount } = await client.query(
      `SELECT FROM pg_index i JOIN pg_attribute a
         ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
       WHERE i.indrelid = to_regclass($1) AND a.attname = $2
         AND i.indisunique AND i.indnkeyatts = 1
         AND i.indpred IS NULL AND i.indexprs IS NULL`,
      [this.#table, this.#terms.idName],
    );
    return rowCount > 0;
  }

  async #write(client, shard, record, errors, part) {
    if (this.#insert === '') await this.#prepare(client, part.dimensions);
    const state = await this.#enter(client, shard, record, errors);
    if (state !== 'entered' || part.rows === 0) return state !== 'taken';
    await client.query(this.#stage);
    const copy = this.#driver.copyFrom(
      `COPY ${STAGE} FROM STDIN WITH (FORMAT binary)`,
    );
    await pipeline(Readable.from(copyChunks(part)), client.query(copy));
    await client.query(this.#insert);
    return true;
  }

  /**
   * Enters a part in the ledger; waits for another run that is about to.
   * @returns {Promise<'entered' | 'done' | 'taken'>} done: by this run before,
   * whose connection was lost before it was told; taken: by another
   */
  async #enter(client, shard, record, errors) {
    const { part, generation } = record;
    const key = [this.#terms.job, shard.index, part];
    const { rowCount } = await client.query(
      `INSERT INTO ${this.#ledger} AS old
         (job, shard, part, generation, writer, record, errors)
       VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (job, shard, part) DO UPDATE SET
         generation = EXCLUDED.generation, writer = EXCLUDED.writer,
         record = EXCLUDED.record, errors = EXCLUDED.errors
       WHERE old.generation < EXCLUDED.generation`,
      [...key, generation, this.#writer, JSON.stringify(record), errors],
    );
    if (rowCount > 0) return 'entered';
    const { rows } = await client.query(
      `SELECT writer FROM ${this.#ledger} WHERE job = $1 AND shard = $2 AND part = $3`,
      key,
    );
    return rows[0].writer === this.#writer ? 'done' : 'taken';
  }

  /** Finds or makes the tables. @param {any} client */
  async #prepare(client, dimensions) {
    await client.query(LOCK);
    await client.query(
      `CREATE TABLE IF NOT EXISTS ${this.#ledger} (
         job text, shard integer, part integer, generation integer NOT NULL,
         writer text NOT NULL, record jsonb NOT NULL, errors text NOT NULL,
         PRIMARY KEY (job, shard, part))`,
    );
    if (dimensions === 0) return; // nothing is to be inserted
    const { idName, columns } = this.#terms;
    const names = [idName, ...columns, VECTOR];
    const found = await this.#typesOf(client);
    const types =
      found.size > 0 ? found : await this.#createTable(client, dimensions);
    const missing = names.find((name) => !types.has(name));
    if (missing !== undefined)
      throw new FinalError(`${this.#table} has no column ${quote(missing)}`);
    const fields = names.slice(1, -1).map((_, k) => `, c${k} text`);
    // Of the transaction, not the session: poolers give each another session.
    this.#stage = `CREATE TEMP TABLE ${STAGE}
      (place integer, id text${fields.join('')}, v real[]) ON COMMIT DROP`;
    const sources = ['id', ...columns.map((_, k) => `c${k}`), 'v'];
    const values = sources.map((one, k) => `${one}::${types.get(names[k])}`);
    const list = names.map(quote).join(', ');
    const into = `INSERT INTO ${this.#table} (${list})`;
    if (await this.#hasUniqueId(client)) {
      const sets = names
        .slice(1)
        .map((name) => `${quote(name)} = EXCLUDED.${quote(name)}`);
      this.#insert = `${into} SELECT DISTINCT ON (1) ${values.join(', ')} FROM ${STAGE}
        ORDER BY 1, place DESC
        ON CONFLICT (${quote(idName)}) DO UPDATE SET ${sets.join(', ')}`;
    } else
      this.#insert = `${into} SELECT ${values.join(', ')} FROM ${STAGE} ORDER BY place`;
  }

  /** @param {any} client @returns {Promise<Map<string, string>>} by column */
  async #typesOf(client) {
    const { rows } = await client.query(
      `SELECT attname AS name, format_type(atttypid, atttypmod) AS type
       FROM pg_attribute
       WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped`,
      [this.#table],
    );
    return new Map(rows.map(({ name, type }) => [name, type]));
  }

  /** @param {any} client @param {number} dimensions */
  async #createTable(client, dimensions) {
    const { rowCount } = await client.query(
      `SELECT FROM pg_available_extensions WHERE name = 'vector'`,
    );
    if (rowCount === 0)
      throw new FinalError(
        `this PostgreSQL has no pgvector: make ${this.#table} with a column ${VECTOR} real[]`,
      );
    await client.query('CREATE EXTENSION IF NOT EXISTS vector');
    const { idName, columns } = this.#terms;
    const texts = columns.map((name) => `, ${quote(name)} text`).join('');
    await client.query(
      `CREATE TABLE ${this.#table} (${quote(idName)} text PRIMARY KEY${texts},
         ${VECTOR} vector(${dimensions}) NOT NULL)`,
    );
    return await this.#typesOf(client);
  }
}

module.exports = { PostgresTable };
