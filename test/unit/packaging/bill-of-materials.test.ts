import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };
import { bundle } from '../../../scripts/build/bundle.ts';
import {
  billOfMaterials,
  filesDigest,
  type BillOfMaterials,
  type Component,
} from '../../../scripts/package/bill-of-materials.ts';
import manifest from '../../../packaging/files.json' with { type: 'json' };

const SHA256 = /^[0-9a-f]{64}$/;
const NODE = { version: '26.10.0', sha256: 'a'.repeat(64) };
const LIBC = { name: 'libc6', version: '2.36-9+deb12u13', sha256: 'b'.repeat(64) };

/** The npm packages of a bill: where each stands, and which of its files are in the bundle. */
function npmComponents(
  bill: BillOfMaterials,
): readonly { component: Component; folder: string; files: readonly string[] }[] {
  const values = ({ properties }: Component, key: string): readonly string[] =>
    properties.filter(({ name }) => name === key).map(({ value }) => value);
  return bill.components
    .filter(({ purl }) => purl.startsWith('pkg:npm/'))
    .map((component) => {
      const [folder = ''] = values(component, 'folder');
      return { component, folder, files: values(component, 'file') };
    });
}

describe('the bill of materials', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bill-'));
  let inputs: readonly string[];
  let bill: BillOfMaterials;
  beforeAll(async () => {
    inputs = Object.keys((await bundle(join(folder, 'bundle.cjs'))).inputs);
    bill = billOfMaterials(inputs, '3.0.0', NODE, [LIBC]);
  }, 120_000);
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('has every file of an npm package that is in the bundle, once, and no other', () => {
    const listed = npmComponents(bill).flatMap(({ folder, files }) =>
      files.map((file) => `${folder}/${file}`),
    );
    const bundled = inputs.filter((path) => path.startsWith('node_modules/'));
    expect(bundled.length).toBeGreaterThan(20);
    expect([...listed].sort()).toEqual([...bundled].sort());
  });

  it('has the version, the license and the digest of each package as it is installed', () => {
    for (const { component, folder: path, files } of npmComponents(bill)) {
      const { name, version, purl, licenses, hashes } = component;
      const installed = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as object;
      expect(installed).toMatchObject({ name, version });
      expect(purl).toBe(`pkg:npm/${name.replace('@', '%40')}@${version}`);
      expect(licenses).toEqual([
        { license: { id: expect.stringMatching(/^[A-Za-z0-9.-]+$/) as string } },
      ]);
      const lines = files.map((file) => {
        const sha256 = createHash('sha256').update(readFileSync(join(path, file)));
        return `${sha256.digest('hex')}  ${file}\n`;
      });
      const content = createHash('sha256').update(lines.join('')).digest('hex');
      expect(hashes).toEqual([{ alg: 'SHA-256', content }]);
    }
  });

  it('has every dependency, Node and the libraries, and no development package', () => {
    const names = bill.components.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(Object.keys(packageJson.dependencies)));
    expect(names).toEqual(expect.arrayContaining(['node', 'libc6']));
    for (const name of Object.keys(packageJson.devDependencies)) expect(names).not.toContain(name);
    for (const { hashes } of bill.components) expect(hashes[0]?.content).toMatch(SHA256);
  });

  it('is the same for the same sources, names no folder of the machine, and is shipped', () => {
    const text = JSON.stringify(bill);
    const reversed = billOfMaterials([...inputs].reverse(), '3.0.0', NODE, [LIBC]);
    expect(JSON.stringify(reversed)).toBe(text);
    expect(text).not.toContain(process.cwd());
    expect(manifest.files.map(({ source }) => source)).toContain('build/bom.cdx.json.gz');
  });
});

describe('the digest of files', () => {
  it('changes with a byte of a file and with its name', () => {
    const folder = mkdtempSync(join(tmpdir(), 'bill-'));
    mkdirSync(join(folder, 'lib'));
    for (const name of ['a.js', 'lib/b.js']) writeFileSync(join(folder, name), 'text');
    const [a, b] = [join(folder, 'a.js'), join(folder, 'lib/b.js')];
    const before = [
      filesDigest(folder, [a]),
      filesDigest(folder, [b]),
      filesDigest(folder, [a, b]),
    ];
    writeFileSync(a, 'Text');
    const after = filesDigest(folder, [a]);
    expect(new Set([...before, after]).size).toBe(4);
    rmSync(folder, { recursive: true });
  });
});
