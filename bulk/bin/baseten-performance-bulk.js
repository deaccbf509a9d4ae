#!/usr/bin/env node
'use strict';

const { main } = require('../lib/start/main');

main(process.argv.slice(2), process.env);
