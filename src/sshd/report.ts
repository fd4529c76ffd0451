import { unifiedDiff } from './plan/diff.ts';
import type { Change, Image } from './plan/image.ts';
import type { PathChange } from './result.ts';

/** Describes changes for a person: what happens to each path, as a diff. */
export function describeChanges(changes: readonly Change[]): readonly PathChange[] {
  return changes.map(({ path, before, after }) => {
    const action = before === null ? 'create' : after === null ? 'remove' : 'change';
    const type = (after ?? before)?.type ?? 'file';
    return { path, type, action, diff: diffOf(path, before, after) };
  });
}

function diffOf(path: string, before: Image | null, after: Image | null): string {
  const either = after ?? before;
  if (either?.type === 'directory') return `${after === null ? '-' : '+'} folder ${path}\n`;
  return unifiedDiff(path, linesOf(before), linesOf(after));
}

function linesOf(image: Image | null): string | undefined {
  if (image === null || image.type === 'directory') return undefined;
  if (image.type === 'link') return `symbolic link to ${image.target}\n`;
  return Buffer.from(image.text, 'latin1').toString('utf8');
}
