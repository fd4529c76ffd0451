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
import { DEB_COMMAND_PATH, RPM_COMMAND_PATH } from '../../src/sshd/model/effective.ts';
import type { Entry, Family } from './manifest.ts';

/** Where a package keeps the list of what it installed, which `verify-install` reads. */
export const MANIFEST_PATH = '/usr/lib/ec2-instance-connect/manifest.json';

/** The path that sshd's configurations name, of each family. */
const COMMANDS: Readonly<Record<Family, string>> = {
  deb: DEB_COMMAND_PATH,
  rpm: RPM_COMMAND_PATH,
};

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

/** An entry as `verify-install` wants it; its check of the manifest's form is the definition. */
function describe(entry: Entry, tree: string): Readonly<Record<string, string>> {
  const role = entry.documentation ? 'documentation' : entry.role;
  const common = { path: entry.path, owner: 'root', group: 'root', role };
  if (entry.type === 'link') return { ...common, type: 'symlink', target: entry.link };
  if (entry.type === 'directory') return { ...common, type: 'directory', mode: entry.mode };
  const digest = createHash('sha256')
    .update(readFileSync(join(tree, entry.path)))
    .digest('hex');
  return { ...common, type: 'file', mode: entry.mode, sha256: digest };
}

/**
 * Lays a package's tree out, with the manifest of what it installs.
 * @param version version and revision
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
  const name = 'ec2-instance-connect';
  const manifest = {
    ...{ schema: 1, name, version, family, user: name, command: COMMANDS[family] },
    files: entries.filter((entry) => !entry.shared).map((entry) => describe(entry, tree)),
  };
  const list = join(tree, MANIFEST_PATH);
  writeFileSync(list, `${JSON.stringify(manifest, null, 1)}\n`);
  chmodSync(list, 0o644);
}
