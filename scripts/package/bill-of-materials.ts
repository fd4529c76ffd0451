/** What ends in the program, as a CycloneDX bill of materials (ECMA-424). */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundledModules } from './licenses.ts';

/** One component of the bill: CycloneDX 1.6, 4.3 Components. */
export interface Component {
  readonly type: 'library' | 'platform' | 'application';
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly licenses: readonly (
    { readonly license: { readonly id: string } } | { readonly expression: string }
  )[];
  readonly hashes: readonly { readonly alg: 'SHA-256'; readonly content: string }[];
  readonly properties: readonly { readonly name: string; readonly value: string }[];
}

/** A whole bill, without a serial number and a date: two builds of the same sources have the same bill. */
export interface BillOfMaterials {
  readonly bomFormat: 'CycloneDX';
  readonly specVersion: '1.6';
  readonly version: 1;
  readonly metadata: { readonly component: Readonly<Record<string, unknown>> };
  readonly components: readonly Component[];
}

/** A Debian package of the runtime, as the packaging records it. */
export interface DebianPart {
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
}

/**
 * The bill of the program: each npm package of which the bundle has a file, Node, and the Debian packages
 * of the private libraries.
 * @param inputs the bundle's inputs, from esbuild's metafile: paths below the project's folder
 * @param release the version of this project
 * @param node the version of Node, and the digest of its executable
 * @param debian the packages of the runtime of one architecture
 */
export function billOfMaterials(
  inputs: readonly string[],
  release: string,
  node: { readonly version: string; readonly sha256: string },
  debian: readonly DebianPart[],
): BillOfMaterials {
  const name = 'ec2-instance-connect';
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        name,
        version: release,
        licenses: [{ license: { id: 'Apache-2.0' } }],
      },
    },
    components: [
      ...bundledModules(inputs).map((folder) => npmComponent(folder, inputs)),
      nodeComponent(node),
      ...debian.map(debianComponent),
    ],
  };
}

/** The files of the package that are in the bundle, and one digest over all of them. */
function npmComponent(folder: string, inputs: readonly string[]): Component {
  const { name, version, license } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  ) as { name: string; version: string; license?: string };
  if (license === undefined) throw new Error(`expected a license in ${folder}/package.json`);
  // A package may have packages of its own below it.
  const isOwn = (path: string): boolean => bundledModules([path])[0] === folder;
  const files = inputs.filter(isOwn).sort();
  return {
    type: 'library',
    name,
    version,
    purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
    licenses: [{ license: { id: license } }],
    hashes: [{ alg: 'SHA-256', content: filesDigest(folder, files) }],
    properties: [
      {
        name: 'digest',
        value: 'of "sha256  path" lines, as sha256sum writes them, sorted by path',
      },
      { name: 'folder', value: folder },
      ...files.map((path) => ({ name: 'file', value: path.slice(folder.length + 1) })),
    ],
  };
}

/** The digest of the lines that `sha256sum` writes for the files, from within the folder. */
export function filesDigest(folder: string, files: readonly string[]): string {
  const lines = files.map(
    (path) => `${digest(readFileSync(path))}  ${path.slice(folder.length + 1)}\n`,
  );
  return digest(lines.join(''));
}

const digest = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');

function nodeComponent({ version, sha256 }: { version: string; sha256: string }): Component {
  return {
    type: 'platform',
    name: 'node',
    version,
    purl: `pkg:generic/node@${version}`,
    licenses: [{ expression: 'MIT' }],
    hashes: [{ alg: 'SHA-256', content: sha256 }],
    properties: [{ name: 'digest', value: 'of the executable before the program is put in' }],
  };
}

const GCC_LICENSE = 'GPL-3.0-or-later WITH GCC-exception-3.1';

function debianComponent({ name, version, sha256 }: DebianPart): Component {
  return {
    type: 'library',
    name,
    version,
    purl: `pkg:deb/debian/${name}@${encodeURIComponent(version)}`,
    licenses: [{ expression: name === 'libc6' ? 'LGPL-2.1-or-later' : GCC_LICENSE }],
    hashes: [{ alg: 'SHA-256', content: sha256 }],
    properties: [{ name: 'digest', value: "of Debian's package" }],
  };
}
