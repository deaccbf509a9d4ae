'use strict';

/** An answer that is a stream of server-sent events. */
class Events {
  /** @param {unknown[]} list texts are sent as they are, the rest as JSON */
  constructor(list) {
    this.list = list;
  }

  /** @returns {string[]} each as it stands on the wire */
  lines() {
    return this.list.map((event) => {
      const data = typeof event === 'string' ? event : JSON.stringify(event);
      return data.replace(/^/gm, 'data: ') + '\n\n';
    });
  }
}

module.exports = { Events };
