'use strict';

const { openDefault } = require('./openai');

module.exports = { label: 'openai, base64', open: openDefault };
