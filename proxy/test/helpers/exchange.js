'use strict';

/*
 * A stand-in for an exchange where only its headers matter.
 *
 *   fakeExchange({ Authorization: 'Bearer key' })
 */

function fakeExchange(headers = {}) {
  const byName = new Map(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  return { path: '/', search: '', header: (name) => byName.get(name) };
}

module.exports = { fakeExchange };
