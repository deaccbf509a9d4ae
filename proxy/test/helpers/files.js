'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

/** A file with that text, gone after the test. */
function writeFile(t, text) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'proxy-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'file');
  fs.writeFileSync(file, text);
  return file;
}

module.exports = { writeFile };
