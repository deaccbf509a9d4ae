/*
 * Stands in for `pg` and `pg-copy-streams`: PostgreSQL and pgvector themselves,
 * compiled to WebAssembly, which take the same SQL and the same bytes of COPY,
 * but read those from a blob where a server reads them from its socket.
 */
import { Blob } from 'node:buffer';
import { Writable } from 'node:stream';

import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';

class CopyFrom extends Writable {
  chunks = [];

  constructor(sql) {
    super();
    this.sql = sql.replace('FROM STDIN', "FROM '/dev/blob'");
  }

  _write(chunk, encoding, done) {
    this.chunks.push(chunk);
    done();
  }

  _final(done) {
    const blob = new Blob(this.chunks);
    this.database.query(this.sql, [], { blob }).then(() => done(), done);
  }
}

export const from = (sql) => new CopyFrom(sql);

class Client {
  async connect() {
    this.database = await PGlite.create({ extensions: { vector } });
  }

  query(query, values) {
    if (!(query instanceof CopyFrom)) return this.database.query(query, values);
    query.database = this.database;
    return query;
  }

  end() {
    return this.database.close();
  }
}

export default { Client };
