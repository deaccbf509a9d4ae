'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');

const { parse } = require('yaml');

const { readArguments, readSettings } = require('../../lib/start/command-line');
const { shardOf } = require('../../lib/start/job-settings');

const FILE = path.join(__dirname, '../../../deploy/kubernetes/bulk-job.yaml');

describe('the Indexed Job', () => {
  const { spec } = parse(fs.readFileSync(FILE, 'utf8'));
  const [container] = spec.template.spec.containers;
  const [program, ...args] = container.command;

  it('gives each index a shard of its own', () => {
    const own = args.map((arg) =>
      arg.startsWith('--api-key=') ? '--api-key=a-key' : arg,
    );
    const settings = readSettings(readArguments(own), {});

    const last = shardOf(settings, { JOB_COMPLETION_INDEX: '63' });

    assert.equal(program, 'baseten-performance-bulk');
    assert.deepEqual(last, { index: spec.completions - 1, count: 64 });
    assert.equal(settings.resume, true);
  });

  it('knows the exit codes of its container', () => {
    const rules = spec.podFailurePolicy.rules
      .filter(({ onExitCodes }) => onExitCodes)
      .map(({ action, onExitCodes }) => [action, onExitCodes.values]);

    assert.deepEqual(rules, [
      ['FailJob', [2]],
      ['FailIndex', [3]],
    ]);
    for (const { onExitCodes } of spec.podFailurePolicy.rules)
      if (onExitCodes) assert.equal(onExitCodes.containerName, container.name);
  });
});
