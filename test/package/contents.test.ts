import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstatSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DT, dynamicStrings, interpreterOf } from '../../scripts/build/elf.ts';
import { entriesOf, type Family } from '../../scripts/package/manifest.ts';
import { MANIFEST_PATH } from '../../scripts/package/stage.ts';
import { TARGETS, type Target } from '../../scripts/package/target.ts';
import { ANSWERS } from '../../src/verdict/answers.ts';
import { KEY_REASONS, SIGNER_REASONS } from '../../src/verdict/reasons.ts';
import { discard, packagePath, PACKAGES, unpack } from './packages.ts';

const MEGABYTE = 1_000_000;

interface Manifest {
  readonly files: readonly { path: string; type: string; mode?: string; sha256?: string }[];
}

const CASES = TARGETS.flatMap((target) =>
  (['deb', 'rpm'] as const).map((family) => [family, target.node, target] as const),
);

function total(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => lstatSync(join(folder, name)))
    .reduce((sum, stat) => sum + (stat.isFile() ? stat.size : 0), 0);
}

describe.each(CASES)('the %s for %s', (family: Family, node: Target['node'], target: Target) => {
  let tree: string;
  beforeAll(() => {
    tree = unpack(family, node);
  }, 120_000);
  afterAll(() => {
    discard(tree);
  });

  it('installs what the manifest in packaging/ says, and nothing else', () => {
    const isLeaf = (name: string): boolean => !lstatSync(join(tree, name)).isDirectory();
    const found = readdirSync(tree, { recursive: true, encoding: 'utf8' }).filter(isLeaf);
    const expected = entriesOf(family, target).filter((entry) => entry.type !== 'directory');
    const paths = expected.filter((e) => !(e.type === 'link' && e.ghost)).map((e) => e.path);
    expect(found.map((name) => `/${name}`).sort()).toEqual([...paths, MANIFEST_PATH].sort());
  });

  it('carries a manifest that is true of its files', () => {
    const manifest = JSON.parse(readFileSync(join(tree, MANIFEST_PATH), 'utf8')) as Manifest;
    for (const { path, type, mode, sha256 } of manifest.files.filter((f) => f.type === 'file')) {
      const stat = statSync(join(tree, path));
      const digest = createHash('sha256').update(readFileSync(join(tree, path)));
      expect([path, type, (stat.mode & 0o7777).toString(8)]).toEqual([
        path,
        'file',
        mode?.slice(1),
      ]);
      expect(digest.digest('hex')).toBe(sha256);
    }
  });

  it('brings the loader and every library that its program and libraries need', () => {
    const folder = join(tree, 'usr/lib/ec2-instance-connect');
    const program = readFileSync(join(folder, 'ec2-instance-connect'));
    expect(interpreterOf(program)).toBe(`/usr/lib/ec2-instance-connect/lib/${target.loader}`);
    const libraries = readdirSync(join(folder, 'lib'));
    const all = [program, ...libraries.map((name) => readFileSync(join(folder, 'lib', name)))];
    const needed = new Set(all.flatMap((elf) => dynamicStrings(elf, DT.NEEDED)));
    expect([...needed].filter((name) => !libraries.includes(name))).toEqual([]);
    expect(libraries.filter((name) => !needed.has(name))).toEqual([]);
  });

  it('is no larger than it may be: 32 MB packed, 130 MB installed', () => {
    expect(statSync(packagePath(family, node)).size).toBeLessThanOrEqual(32 * MEGABYTE);
    expect(total(tree)).toBeLessThanOrEqual(130 * MEGABYTE);
  });

  it('explains every reason code in the manual', () => {
    const path = join(tree, 'usr/share/man/man8/eic_run_authorized_keys.8.gz');
    const page = gunzipSync(readFileSync(path)).toString().replaceAll('\\-', '-');
    for (const [code, message] of Object.entries({
      ...SIGNER_REASONS,
      ...KEY_REASONS,
      ...ANSWERS,
    })) {
      expect(page).toContain(`.B ${code}\n${message}.`);
    }
    const checked = spawnSync('man', ['--warnings', '-l', '-Tutf8', path], { encoding: 'utf8' });
    if (checked.error === undefined) expect(checked.stderr).toBe('');
  });

  it('has the license of every part, and says where the sources of the libraries are', () => {
    const folder = join(tree, 'usr/share/doc/ec2-instance-connect');
    const texts = gunzipSync(readFileSync(join(folder, 'licenses.gz'))).toString();
    for (const title of ['Node.js', 'LGPL-2.1', 'GPL-3', 'yargs', 'node-fetch', 'pino', 'libc6']) {
      expect(texts).toMatch(new RegExp(`^=+\n${title}[^\n]*\n=+$`, 'm'));
    }
    expect(readFileSync(join(folder, 'copyright'), 'utf8')).toMatch(
      /snapshot\.debian\.org\/package\/glibc\/2\.36-/,
    );
  });

  it('has a bill of materials with a version and a digest of every part', () => {
    const path = join(tree, 'usr/share/doc/ec2-instance-connect/bom.cdx.json.gz');
    const bill = JSON.parse(gunzipSync(readFileSync(path)).toString()) as {
      readonly bomFormat: string;
      readonly components: readonly {
        readonly name: string;
        readonly version: string;
        readonly hashes: readonly { readonly content: string }[];
      }[];
    };
    expect(bill.bomFormat).toBe('CycloneDX');
    const names = bill.components.map(({ name }) => name);
    const expected = ['yargs', 'node-fetch', 'pino', 'node', 'libc6', 'libstdc++6', 'libgcc-s1'];
    expect(names).toEqual(expect.arrayContaining(expected));
    for (const { version, hashes } of bill.components) {
      expect(version).toMatch(/^\d/);
      expect(hashes[0]?.content).toMatch(/^[0-9a-f]{64}$/);
    }
  });

  it('names no folder of the machine that built it', () => {
    for (const name of readdirSync(tree, { recursive: true, encoding: 'utf8' })) {
      const path = join(tree, name);
      if (!lstatSync(path).isFile()) continue;
      expect([relative(tree, path), readFileSync(path).includes(process.cwd())]).toEqual([
        name,
        false,
      ]);
    }
  });
});

describe('old package managers', () => {
  it('can read the deb: gzip and xz members, which dpkg 1.18 knows', () => {
    const members = execFileSync('ar', ['t', packagePath('deb', 'x64')], { encoding: 'utf8' });
    expect(members).toBe('debian-binary\ncontrol.tar.gz\ndata.tar.xz\n');
  });

  it('can read the rpm: features that rpm 4.11 has, and its digest of the whole', () => {
    const query = (...args: string[]): string =>
      execFileSync('rpm', ['-qp', ...args, packagePath('rpm', 'x64')], { encoding: 'utf8' });
    const features = query('--requires')
      .split('\n')
      .filter((line) => line.startsWith('rpmlib'));
    expect(features.sort()).toEqual([
      'rpmlib(CompressedFileNames) <= 3.0.4-1',
      'rpmlib(FileDigests) <= 4.6.0-1',
      'rpmlib(PayloadFilesHavePrefix) <= 4.0-1',
      'rpmlib(PayloadIsXz) <= 5.2-1',
    ]);
    expect(query('--qf', '%{SIGMD5}')).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe('maintainer scripts', () => {
  const scripts = ['deb', 'rpm'].flatMap((family) =>
    readdirSync(join('packaging', family))
      .filter((name) => /^(?:pre|post)(?:inst|rm|un|trans)?$|^trigger$/.test(name))
      .map((name) => join('packaging', family, name)),
  );

  it.each(scripts)('%s is POSIX sh of at most 20 lines', (path) => {
    expect(readFileSync(path, 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(20);
    execFileSync('dash', ['-n', path]);
  });
});

describe('linters', () => {
  it('lintian has nothing to say that is not explained', () => {
    const options = ['--fail-on', 'error,warning', '--allow-root'];
    // It forgets files of its own.
    const work = mkdtempSync(join(tmpdir(), 'eic-lintian-'));
    const result = spawnSync('lintian', [...options, packagePath('deb', 'x64')], {
      encoding: 'utf8',
      env: { ...process.env, TMPDIR: work },
    });
    rmSync(work, { recursive: true });
    expect(result).toMatchObject({ status: 0, stdout: '' });
  }, 300_000);

  it('rpmlint has nothing to say that is not explained', () => {
    const rpms = readdirSync(PACKAGES).filter((name) => /(x86_64|noarch)\.rpm$/.test(name));
    const args = [
      '--config',
      'packaging/rpm/rpmlint.toml',
      ...rpms.map((name) => join(PACKAGES, name)),
    ];
    const result = spawnSync('rpmlint', args, { encoding: 'utf8' });
    expect(result.stdout).toMatch(/ 0 errors, 0 warnings/);
  }, 300_000);
});

describe('a second build', () => {
  it('makes the same bytes, elsewhere too', () => {
    const work = mkdtempSync(join(tmpdir(), 'eic-twice-'));
    const folders = ['a', 'b/c'].map((name) => join(work, name));
    const digests = folders.map((folder) => {
      const args = ['scripts/package.ts', '--level', '0', '--only', 'x64', '--output', folder];
      execFileSync(process.execPath, args, { stdio: 'ignore' });
      const files = readdirSync(folder, { withFileTypes: true }).filter((each) => each.isFile());
      return files.map(({ name }) => {
        return [
          name,
          createHash('sha256')
            .update(readFileSync(join(folder, name)))
            .digest('hex'),
        ];
      });
    });
    rmSync(work, { recursive: true });
    expect(digests[0]?.length).toBeGreaterThanOrEqual(2);
    expect(digests[1]).toEqual(digests[0]);
  }, 600_000);
});
