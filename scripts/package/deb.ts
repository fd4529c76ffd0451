/** Makes the deb. */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { run } from './process.ts';
import type { Build } from './build.ts';
import { fillTemplate } from './template.ts';
import type { Target } from './target.ts';

const SCRIPTS = ['preinst', 'postinst', 'prerm', 'postrm'] as const;

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => lstatSync(path).isFile())
    .sort();
}

/** DEBIAN/md5sums, which `dpkg --verify` reads. */
function md5sums(tree: string): string {
  return filesBelow(tree)
    .map((path) => {
      const digest = createHash('md5').update(readFileSync(path)).digest('hex');
      return `${digest}  ${relative(tree, path)}\n`;
    })
    .join('');
}

/** Installed-Size as Debian's policy counts it: KiB per file, rounded up, and one for anything else. */
function installedKib(tree: string): number {
  return readdirSync(tree, { recursive: true, encoding: 'utf8' })
    .map((name) => lstatSync(join(tree, name)))
    .reduce((sum, stat) => sum + (stat.isFile() ? Math.ceil(stat.size / 1024) : 1), 0);
}

/**
 * Packs a staged tree into a deb. `control` is compressed with gzip and `data` with xz, in one thread: what dpkg 1.18
 * (Ubuntu 16.04) reads, and the same bytes every time.
 * @returns the path of the deb
 */
export function packDeb(build: Build, target: Target, tree: string): string {
  const control = join(tree, 'DEBIAN');
  const version = `${build.version}-${build.revision}`;
  const sums = md5sums(tree);
  const text = fillTemplate(readFileSync('packaging/deb/control', 'utf8'), {
    VERSION: version,
    ARCHITECTURE: target.deb,
    PACKAGER: `${build.packager.name} <${build.packager.mail}>`,
    SIZE: String(installedKib(tree)),
  });
  mkdirSync(control, { mode: 0o755 });
  writeFileSync(join(control, 'md5sums'), sums, { mode: 0o644 });
  writeFileSync(join(control, 'control'), `${text}\n`, { mode: 0o644 });
  for (const script of SCRIPTS) {
    copyFileSync(join('packaging/deb', script), join(control, script));
    chmodSync(join(control, script), 0o755);
  }
  copyFileSync('packaging/deb/triggers', join(control, 'triggers'));
  chmodSync(join(control, 'triggers'), 0o644);
  const output = join(build.output, `ec2-instance-connect_${version}_${target.deb}.deb`);
  const xz = ['-Zxz', `-z${build.level}`, '--threads-max=1', '--no-uniform-compression'];
  run('dpkg-deb', ['--root-owner-group', ...xz, '--build', tree, output], {
    env: { ...process.env, SOURCE_DATE_EPOCH: String(build.time) },
  });
  return output;
}
