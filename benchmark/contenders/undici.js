'use strict';

const { Pool } = require('undici');

const { HEADERS, jsonPeer } = require('../json-peer');
const { isHttp2 } = require('../sites');

/** As many connections as requests in flight; over HTTP/2, one with streams. */
function poolOptions(site, inFlight) {
  const connect = { ca: site.ca };
  if (!isHttp2(site)) return { connect, connections: inFlight };
  return {
    allowH2: true,
    useH2c: site.protocol === 'h2c',
    connect,
    connections: 1,
    pipelining: inFlight,
    maxConcurrentStreams: inFlight,
  };
}

function open(site, { inFlight }) {
  const pool = new Pool(site.url, poolOptions(site, inFlight));

  return jsonPeer({
    async postJson(path, payload) {
      const { statusCode, body } = await pool.request({
        path,
        method: 'POST',
        headers: HEADERS,
        body: JSON.stringify(payload),
      });
      if (statusCode !== 200) throw new Error(`status ${statusCode}`);
      return body.json();
    },
    close: () => pool.close(),
  });
}

module.exports = { label: 'undici Pool', open };
