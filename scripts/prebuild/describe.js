'use strict';

/*
 * Writes down what is inside the prebuilt addons, from third_party/parts.json:
 * prebuilds/LICENSES.txt has every library's licence, prebuilds/sbom.cdx.json is
 * the bill of materials in CycloneDX. Fails where the sources that were fetched
 * are of another version than the list says.
 */

const fs = require('node:fs');
const { createRequire } = require('node:module');
const path = require('node:path');

const ROOT = path.join(__dirname, '..', '..');
const FETCHED = path.join(ROOT, 'build', 'third_party');
const THIRD_PARTY = path.join(ROOT, 'third_party');
const PREBUILDS = path.join(ROOT, 'prebuilds');

const { Enums, Models, Serialize, Spec } = createRequire(
  path.join(FETCHED, 'package.json'),
)('@cyclonedx/cyclonedx-library');

/**
 * @typedef {object} Part a library that is linked into the addon
 * @property {string} name
 * @property {string} version
 * @property {string} [crate] that carries its sources, if one does
 * @property {string} license an SPDX expression
 * @property {string} [cpe] vendor:product, by which advisories name it
 * @property {string} source where it is developed
 * @property {string} text its licence, below third_party/ or what was fetched
 * @property {string} [versionFile]
 * @property {string} [versionPattern] its groups, joined by points, are the version
 */

/** @param {string} file */
function readFetched(file) {
  const folder = [FETCHED, THIRD_PARTY].find((candidate) =>
    fs.existsSync(path.join(candidate, file)),
  );
  if (folder === undefined) throw new Error(`${file} was not fetched`);
  return fs.readFileSync(path.join(folder, file), 'utf8');
}

/** @param {Part} part */
function checkVersion({ name, version, versionFile, versionPattern }) {
  if (!versionFile || !versionPattern) return;
  const match = readFetched(versionFile).match(new RegExp(versionPattern));
  const found = match?.slice(1).join('.');
  if (found !== version)
    throw new Error(
      `third_party/parts.json says ${name} ${version}, its sources ${found}`,
    );
}

/**
 * Name, version and sha256 of every crate that Cargo.lock pins.
 * @returns {Map<string, { version: string, checksum: string }>}
 */
function readLock() {
  const lock = fs.readFileSync(path.join(THIRD_PARTY, 'Cargo.lock'), 'utf8');
  const entry =
    /name = "(.+)"\nversion = "(.+)"\nsource = .+\nchecksum = "(.+)"/g;
  return new Map(
    [...lock.matchAll(entry)].map(([, name, version, checksum]) => [
      name,
      { version, checksum },
    ]),
  );
}

/**
 * @param {Part} part
 * @param {ReturnType<typeof readLock>} lock
 */
function toComponent(part, lock) {
  const component = new Models.Component(
    Enums.ComponentType.Library,
    part.name,
    {
      bomRef: `${part.name}@${part.version}`,
      version: part.version,
      cpe: part.cpe && `cpe:2.3:a:${part.cpe}:${part.version}:*:*:*:*:*:*:*`,
      purl: `pkg:generic/${encodeURIComponent(part.name)}@${part.version}`,
    },
  );
  component.licenses.add(new Models.LicenseExpression(part.license));
  component.externalReferences.add(
    new Models.ExternalReference(part.source, Enums.ExternalReferenceType.VCS),
  );
  const crate = part.crate && lock.get(part.crate);
  if (crate) {
    const carrier = `pkg:cargo/${part.crate}@${encodeURIComponent(crate.version)}`;
    component.properties.add(new Models.Property('carrier', carrier));
    component.properties.add(
      new Models.Property('carrier:sha256', crate.checksum),
    );
  }
  return component;
}

/** @param {Part[]} parts */
function billOfMaterials(parts) {
  const { name, version, license } = JSON.parse(
    fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8'),
  );
  const addon = new Models.Component(Enums.ComponentType.Library, name, {
    bomRef: `${name}@${version}`,
    version,
    purl: `pkg:npm/${name}@${version}`,
  });
  addon.licenses.add(new Models.LicenseExpression(license));

  const bom = new Models.Bom();
  bom.metadata.component = addon;
  const lock = readLock();
  for (const part of parts) {
    const component = toComponent(part, lock);
    bom.components.add(component);
    addon.dependencies.add(component.bomRef);
  }
  const normalizer = new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6);
  return new Serialize.JsonSerializer(normalizer).serialize(bom, {
    sortLists: true,
    space: 2,
  });
}

/** @param {Part} part */
function licenceText({ name, version, license, text }) {
  const title = `${name} ${version}: ${license}`;
  return [title, '='.repeat(title.length), readFetched(text)]
    .join('\n\n')
    .trimEnd();
}

function main() {
  const parts = /** @type {Part[]} */ (JSON.parse(readFetched('parts.json')));
  parts.forEach(checkVersion);
  fs.mkdirSync(PREBUILDS, { recursive: true });
  fs.writeFileSync(
    path.join(PREBUILDS, 'LICENSES.txt'),
    `What the addons in this folder have inside, and its licences.\n\n\n` +
      `${parts.map(licenceText).join('\n\n\n')}\n`,
  );
  fs.writeFileSync(
    path.join(PREBUILDS, 'sbom.cdx.json'),
    `${billOfMaterials(parts)}\n`,
  );
}

main();
