'use strict';

const { describe, it } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const YAML = require('yaml');

const {
  startProxyProcess,
} = require('../../examples/proxy-demo/proxy-process');
const { FLAGS } = require('../../proxy/lib/start/flags');

const ROOT = path.join(__dirname, '../..');
/** The last line of Node.js without updates, since April 2026. */
const ENDED_LINE = 20;

const DEPLOY = path.join(ROOT, 'deploy');

function read(name) {
  return fs.readFileSync(path.join(DEPLOY, name), 'utf8');
}

/** The one document of a file; a warning of the parser is a fault, too. */
function parse(name) {
  const document = YAML.parseDocument(read(name));
  assert.deepEqual([...document.errors, ...document.warnings], [], name);
  return document.toJS();
}

const manifest = (name) => parse(`kubernetes/${name}.yaml`);

function containerOf(deployment) {
  const { containers } = deployment.spec.template.spec;
  assert.equal(containers.length, 1);
  return containers[0];
}

/** Names of the flags in a list of words. */
function flagsIn(words) {
  return words.flatMap((word) => /^--([a-z0-9-]+)/.exec(word)?.slice(1) ?? []);
}

function valueOf(words, flag) {
  const word = words.find((one) => one.startsWith(`--${flag}=`));
  return word && Number(word.slice(flag.length + 3));
}

function trussWords() {
  const { start_command: command } = parse('truss/config.yaml').docker_server;
  return command.match(/^sh -c "([^"]+)"$/)[1].split(/\s+/);
}

/** The instructions of the Dockerfile, with their continued lines joined. */
function readDockerfile() {
  const text = read('Dockerfile').replace(/^\s*#.*\n/gm, '');
  return text
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter(Boolean)
    .map((line) => /^(\w+)\s+(.*)$/.exec(line).slice(1));
}

function argumentsOf(instruction) {
  return readDockerfile()
    .filter(([name]) => name === instruction)
    .map(([, rest]) => rest);
}

/** What the image copies from this repository, rather than a stage. */
function listCopied() {
  return argumentsOf('COPY')
    .filter((rest) => !rest.startsWith('--from='))
    .flatMap((rest) => rest.split(' ').slice(0, -1));
}

/** Every path that a deployment asks whether the proxy is well. */
function listProbes() {
  const container = containerOf(manifest('deployment'));
  const { docker_server: server } = parse('truss/config.yaml');
  const { services } = parse('compose.yaml');
  const checks = [
    argumentsOf('HEALTHCHECK')[0],
    services['baseten-performance-proxy'].healthcheck.test.join(' '),
  ];
  return [
    container.startupProbe.httpGet.path,
    container.livenessProbe.httpGet.path,
    container.readinessProbe.httpGet.path,
    manifest('deployment').spec.template.metadata.annotations[
      'prometheus.io/path'
    ],
    server.readiness_endpoint,
    server.liveness_endpoint,
    ...checks.map((text) => /:(?:\$\{[^}]*\}|\d+)(\/\w+)/.exec(text)[1]),
  ];
}

describe('every deployment', () => {
  it('names no flag that the proxy does not have', () => {
    const known = new Set(FLAGS.map(({ name }) => name));
    const { services } = parse('compose.yaml');
    const used = {
      compose: services['baseten-performance-proxy'].command,
      kubernetes: containerOf(manifest('deployment')).command,
      truss: trussWords(),
    };

    for (const [name, words] of Object.entries(used)) {
      const flags = flagsIn(words);
      assert.ok(flags.length >= 3, name);
      assert.deepEqual(
        flags.filter((flag) => !known.has(flag)),
        [],
        name,
      );
    }
  });
});

describe('the image', () => {
  it('is built and run on one line of Node.js that is supported', () => {
    const { engines } = JSON.parse(
      fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8'),
    );
    const oldest = parseInt(/\d+/.exec(engines.node)[0]);

    const lines = argumentsOf('FROM').map((rest) =>
      parseInt(/^node:(\d+)-/.exec(rest)[1]),
    );

    assert.equal(new Set(lines).size, 1);
    assert.ok(lines[0] >= Math.max(oldest, ENDED_LINE + 1));
    assert.equal(lines[0] % 2, 0, 'only even lines are supported for long');
  });

  it('lets whoever fetches tokenizers for it write where it reads', () => {
    const user = argumentsOf('USER').at(-1);
    const files = trussWords().filter((word) => word.endsWith('.json'));

    assert.equal(files.length, 2);
    for (const file of files)
      assert.ok(file.startsWith(`/home/${user}/`), file);
  });

  it('copies what this repository has and the build is given', () => {
    const given = fs
      .readFileSync(path.join(ROOT, '.dockerignore'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));

    const copied = listCopied();

    assert.ok(copied.length >= 8);
    for (const name of copied) {
      assert.ok(fs.existsSync(path.join(ROOT, name)), name);
      assert.ok(given.includes(name), `${name} is ignored`);
    }
  });

  it('holds all that the package would install', () => {
    const client = require('../../package.json').files;
    const proxy = require('../../proxy/package.json').files;
    const files = [...client, ...proxy.map((name) => `proxy/${name}`)];
    // The image builds the addon itself.
    const atRun = files.filter(
      (name) => !/\.(md|d\.ts|svg)$|^(docs|prebuilds)\//.test(name),
    );

    for (const name of atRun) assert.ok(listCopied().includes(name), name);
  });

  it('starts the proxy without being root', () => {
    assert.deepEqual(argumentsOf('ENTRYPOINT'), [
      '["node", "--max-semi-space-size=8", "/usr/local/bin/baseten-performance-proxy"]',
    ]);
    assert.deepEqual(argumentsOf('USER'), ['node']);
  });
});

describe('the Kubernetes manifests', () => {
  it('are of the kinds that their names say', () => {
    const kinds = ['deployment', 'service', 'hpa', 'pdb'].map((name) => {
      const { apiVersion, kind } = manifest(name);
      return `${apiVersion} ${kind}`;
    });

    assert.deepEqual(kinds, [
      'apps/v1 Deployment',
      'v1 Service',
      'autoscaling/v2 HorizontalPodAutoscaler',
      'policy/v1 PodDisruptionBudget',
    ]);
  });

  it('speak of the same pods', () => {
    const deployment = manifest('deployment');
    const { labels } = deployment.spec.template.metadata;

    assert.deepEqual(deployment.spec.selector.matchLabels, labels);
    assert.deepEqual(manifest('service').spec.selector, labels);
    assert.deepEqual(manifest('pdb').spec.selector.matchLabels, labels);
    assert.equal(
      manifest('hpa').spec.scaleTargetRef.name,
      deployment.metadata.name,
    );
  });

  it('reach the port that the proxy listens on', () => {
    const container = containerOf(manifest('deployment'));
    const [port] = container.ports;
    const [served] = manifest('service').spec.ports;
    const { annotations } = manifest('deployment').spec.template.metadata;

    assert.equal(valueOf(container.command, 'port'), port.containerPort);
    assert.equal(served.targetPort, port.name);
    assert.equal(annotations['prometheus.io/port'], `${port.containerPort}`);
    for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe'])
      assert.equal(container[probe].httpGet.port, port.name);
  });

  it('give the proxy the time that it takes to drain', () => {
    const deployment = manifest('deployment');
    const { command } = containerOf(deployment);
    const { terminationGracePeriodSeconds: grace } =
      deployment.spec.template.spec;

    assert.ok(
      grace > valueOf(command, 'drain-s') + valueOf(command, 'drain-delay-s'),
    );
  });

  it('mount the keys that the flags name', () => {
    const deployment = manifest('deployment');
    const container = containerOf(deployment);
    const [mount] = container.volumeMounts;
    const files = container.command
      .filter((word) => /^--\w+-\w+-?\w*key=\//.test(word))
      .map((word) => word.split('=')[1]);

    assert.equal(files.length, 2);
    for (const file of files) assert.equal(path.dirname(file), mount.mountPath);
    for (const file of files)
      assert.ok(
        read('kubernetes/deployment.yaml').includes(
          `--from-file=${path.basename(file)}=`,
        ),
      );
  });
});

describe('the compose file', () => {
  it('gives the proxy the time that it takes to drain', () => {
    const { services } = parse('compose.yaml');
    const service = services['baseten-performance-proxy'];

    assert.ok(
      parseInt(service.stop_grace_period) > valueOf(service.command, 'drain-s'),
    );
  });

  it('opens the key of the operator to this machine only', () => {
    const { services } = parse('compose.yaml');

    assert.deepEqual(services['baseten-performance-proxy'].ports, [
      '127.0.0.1:8080:8080',
    ]);
  });
});

describe('the Truss configuration', () => {
  it('listens where Truss sends and fetches the tokenizers it names', () => {
    const { docker_server: server, build_commands: commands } =
      parse('truss/config.yaml');
    const words = trussWords();
    const tokenizers = words.flatMap((word, i) =>
      word === '--tokenizer' ? [words[i + 2]] : [],
    );

    assert.equal(words[words.indexOf('--port') + 1], `${server.server_port}`);
    assert.equal(tokenizers.length, 2);
    for (const file of tokenizers)
      assert.ok(commands.some((command) => command.includes(` -o ${file} `)));
  });
});

describe('every probe', () => {
  it('asks for something that the running proxy answers', async (t) => {
    const proxy = await startProxyProcess([]);
    t.after(() => proxy.stop());

    const paths = listProbes();

    assert.ok(paths.length >= 8);
    for (const probe of new Set(paths)) {
      const response = await fetch(proxy.url + probe);
      assert.equal(response.status, 200, probe);
      await response.arrayBuffer();
    }
  });
});
