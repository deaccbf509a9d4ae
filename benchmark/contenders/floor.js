'use strict';

/** The bare C loop: a program of its own, which measures itself. */
module.exports = { label: 'libcurl in C', program: 'floor' };
