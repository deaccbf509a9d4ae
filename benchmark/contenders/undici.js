'use strict';

const { H2CClient, Pool } = require('undici');

const { HEADERS, jsonPeer } = require('../json-peer');

/** As many connections as requests in flight; over HTTP/2, one with streams. */
function openPool({ url, ca, protocol }, inFlight) {
  const streams = { pipelining: inFlight, maxConcurrentStreams: inFlight };
  if (protocol === 'h2c') return new H2CClient(url, streams);
  if (protocol === 'h2')
    return new Pool(url, {
      ...streams,
      allowH2: true,
      connect: { ca },
      connections: 1,
    });
  return new Pool(url, { connect: { ca }, connections: inFlight });
}

function open(site, { inFlight }) {
  const pool = openPool(site, inFlight);

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
