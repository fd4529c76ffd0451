import { fail, pass, skip, warn, type Check } from '../check.ts';
import type { Inspection } from '../inspection.ts';
import type { ManifestEntry } from '../manifest.ts';
import { listed } from '../phrases.ts';
import { reinstall } from '../remedies.ts';
import { presentFiles } from './files-present.ts';

/** Every installed file has the content that the package gave it. */
export const filesContent: Check = {
  id: 'files-content',
  group: 'files',
  title: 'checksums',
  dependsOn: ['files-present'],
  run(on) {
    const summed = on.fact(presentFiles).filter(hasSum);
    if (summed.length === 0) return skip('not-applicable', 'the manifest has no checksums');
    const changed = summed.filter((entry) => sumOf(on, entry) !== entry.sha256);
    const needed = changed.filter(({ role }) => role !== 'documentation');
    const names = (needed.length > 0 ? needed : changed).map(({ path }) => path);
    if (needed.length > 0) return fail(`changed: ${listed(names)}`, reinstall(on));
    if (changed.length > 0) return warn(`changed: ${listed(names)}`, reinstall(on));
    return pass(`${summed.length} of ${summed.length} as packaged; folders and links have none`);
  },
};

function hasSum(entry: ManifestEntry): entry is ManifestEntry & { sha256: string } {
  return entry.type === 'file' && entry.sha256 !== undefined;
}

function sumOf(on: Inspection, { path }: ManifestEntry): string {
  try {
    return on.edges.sha256(path);
  } catch {
    return 'unreadable';
  }
}
