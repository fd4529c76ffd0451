import { fail, pass, warn, type Check } from '../check.ts';
import { isThere, knownManifest, manifest } from '../facts/host.ts';
import type { Inspection } from '../inspection.ts';
import type { ManifestEntry } from '../manifest.ts';
import { listed } from '../phrases.ts';
import { reinstall } from '../remedies.ts';

/** Everything that the package installs is there, of the right type. */
export const filesPresent: Check = {
  id: 'files-present',
  group: 'files',
  title: 'files installed',
  dependsOn: [],
  run(on) {
    const read = on.fact(manifest);
    if (!read.ok) return fail(read.detail, reinstall(on));
    const { files, version } = read.value;
    const missing = files.filter((entry) => !isRight(on, entry));
    const needed = missing.filter(({ role }) => role !== 'documentation');
    const data = { files: files.length, missing: missing.length };
    const names = (needed.length > 0 ? needed : missing).map(({ path }) => path);
    if (needed.length > 0) return fail(`missing: ${listed(names)}`, reinstall(on), data);
    if (missing.length > 0) return warn(`missing: ${listed(names)}`, reinstall(on), data);
    return pass(`${files.length} of ${files.length}, version ${version}`, data);
  },
};

function isRight(on: Inspection, entry: ManifestEntry): boolean {
  if (entry.type === 'symlink') return on.edges.sshd.tree.link(entry.path) === entry.target;
  return isThere(on, entry.path) && on.edges.stat(entry.path)?.type === entry.type;
}

/** The manifest's entries that are there; `files-present` speaks of the others. */
export function presentFiles(on: Inspection): readonly ManifestEntry[] {
  const files = on.fact(knownManifest)?.files ?? [];
  return files.filter((entry) => isRight(on, entry));
}
