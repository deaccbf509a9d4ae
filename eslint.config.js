'use strict';

const js = require('@eslint/js');
const globals = require('globals');

module.exports = [
  { ignores: ['build/', 'node_modules/'] },
  js.configs.recommended,
  {
    files: ['**/*.js'],
    languageOptions: {
      sourceType: 'commonjs',
      ecmaVersion: 2023,
      globals: globals.node,
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      strict: ['error', 'global'],
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'object-shorthand': 'error',
      'no-shadow': 'error',
      'no-throw-literal': 'error',
      'no-return-assign': 'error',
      'no-implicit-coercion': 'error',
      'no-use-before-define': ['error', { functions: false, classes: false }],
      'no-restricted-syntax': [
        'error',
        {
          selector:
            'CallExpression[callee.name="require"] > ' +
            'Literal[value=/^(assert|child_process|crypto|events|fs|http|http2|https|module|net|os|path|stream|test|timers|tls|url|util|v8|vm|worker_threads|zlib)(\\u002F|$)/]',
          message: 'Name a module of Node with node: before it.',
        },
      ],
      'max-lines': ['error', 400],
    },
  },
  {
    files: ['lib/**/*.js', 'scripts/**/*.js', 'examples/**/*.js'],
    rules: { 'max-lines-per-function': ['error', 60] },
  },
];
