'use strict';

const http2 = require('node:http2');

const { HEADERS, jsonPeer } = require('../json-peer');

/** Node's own HTTP/2 client on one connection. */
function open(site) {
  const session = http2.connect(site.url, { ca: site.ca });

  return jsonPeer({
    postJson: (path, payload) => postOn(session, path, JSON.stringify(payload)),
    close: () => new Promise((resolve) => session.close(resolve)),
  });
}

function postOn(session, path, body) {
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': path,
      ...HEADERS,
    });
    let text = '';
    stream.setEncoding('utf8');
    stream.on('response', ({ ':status': status }) => {
      if (status !== 200) stream.destroy(new Error(`status ${status}`));
    });
    stream.on('data', (piece) => {
      text += piece;
    });
    stream.on('end', () => resolve(JSON.parse(text)));
    stream.on('error', reject);
    stream.end(body);
  });
}

module.exports = { label: 'node:http2', open };
