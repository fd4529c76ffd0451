/** The packages under test: those that `npm run package` made, and their trees unpacked. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import type { Family } from '../../scripts/package/manifest.ts';
import { target, type Target } from '../../scripts/package/target.ts';

/** Where `npm run package` puts them. */
export const PACKAGES: string = join(import.meta.dirname, '../../dist/packages');
export const VERSION: string = [packageJson.version, '1'].join('-');

/** The path of a package of ours; throws when it has not been made. */
export function packagePath(family: Family, node: Target['node']): string {
  const { deb, rpm } = target(node);
  const name =
    family === 'deb'
      ? `ec2-instance-connect_${VERSION}_${deb}.deb`
      : `ec2-instance-connect-${VERSION}.${rpm}.rpm`;
  const path = join(PACKAGES, name);
  if (!existsSync(path)) throw new Error(`expected ${path}; make it with "npm run package"`);
  return path;
}

/** Unpacks a package into a new folder, without running any of its scripts. */
export function unpack(family: Family, node: Target['node']): string {
  const folder = mkdtempSync(join(tmpdir(), 'eic-package-'));
  const path = packagePath(family, node);
  if (family === 'deb') execFileSync('dpkg-deb', ['-x', path, folder]);
  else execFileSync('sh', ['-c', 'rpm2cpio "$1" | cpio --quiet -idm -D "$2"', 'sh', path, folder]);
  execFileSync('chmod', ['755', folder]);
  return folder;
}

/** Takes an unpacked tree away. */
export function discard(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
