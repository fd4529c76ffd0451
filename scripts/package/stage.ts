/** The installed tree of one package, as files in a folder. */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Entry, Family } from './manifest.ts';

/** Where a package keeps the list of what it installed, for `verify-install`. */
export const INSTALLED_LIST = '/usr/lib/ec2-instance-connect/files.json';

/** One line of the installed list. */
interface InstalledFile {
  readonly path: string;
  readonly type: Entry['type'];
  readonly mode?: string;
  readonly sha256?: string;
  readonly link?: string;
}

function sourcePath(source: string, build: string): string {
  return source.startsWith('build/') ? join(build, source.slice('build/'.length)) : source;
}

function put(entry: Entry, tree: string, build: string): void {
  const path = join(tree, entry.path);
  mkdirSync(dirname(path), { recursive: true });
  if (entry.type === 'link') {
    symlinkSync(entry.link, path);
    return;
  }
  if (entry.type === 'directory') mkdirSync(path, { recursive: true });
  else copyFileSync(sourcePath(entry.source, build), path);
  chmodSync(path, Number.parseInt(entry.mode, 8));
}

function describe(entry: Entry, tree: string): InstalledFile {
  const { path, type } = entry;
  if (type === 'link') return { path, type, link: entry.link };
  if (type === 'directory') return { path, type, mode: entry.mode };
  const sha256 = createHash('sha256')
    .update(readFileSync(join(tree, path)))
    .digest('hex');
  return { path, type, mode: entry.mode, sha256 };
}

/**
 * Lays a package's tree out, with the list of what it installs: `{family, version, files: [{path, type, mode?, sha256?,
 * link?}]}` of everything that must be there.
 * @param build folder with what the build made for this architecture
 */
export function stageTree(
  family: Family,
  version: string,
  entries: readonly Entry[],
  build: string,
  tree: string,
): void {
  rmSync(tree, { recursive: true, force: true });
  mkdirSync(tree, { recursive: true, mode: 0o755 });
  for (const entry of entries) put(entry, tree, build);
  const files = entries
    .filter((entry) => !entry.documentation)
    .map((entry) => describe(entry, tree));
  const list = join(tree, INSTALLED_LIST);
  writeFileSync(list, `${JSON.stringify({ family, version, files }, null, 1)}\n`);
  chmodSync(list, 0o644);
}
