import { helperNames, HELPERS_DIRECTORY } from '../helpers/names.ts';
import type { SshdEdges } from './edges.ts';
import { sameImage } from './plan/image.ts';
import type { WiringKind, WiringRecord } from './plan/record.ts';
import { readRecord } from './state.ts';

/** What was written and stands there now. */
export interface WrittenStatus {
  readonly mode: 'enable' | 'adopt';
  readonly kinds: readonly WiringKind[];
  readonly files: readonly { path: string; state: 'as-written' | 'edited' | 'missing' }[];
}

/** What the record says was written, and what stands there now; null where nothing was. */
export function wiringStatus(edges: SshdEdges): WrittenStatus | null {
  let record: WiringRecord | null;
  try {
    record = readRecord(edges);
  } catch {
    record = null;
  }
  if (record === null) return null;
  const files = record.changes
    .filter(({ after }) => after?.type !== 'directory')
    .map(({ path, after }) => {
      const now = edges.image(path);
      const state = now === null ? 'missing' : sameImage(now, after) ? 'as-written' : 'edited';
      return { path, state } as const;
    });
  return { mode: record.mode, kinds: record.kinds, files };
}

/** The administrator's helpers, and why sshd would refuse to run one. */
export function helperStatus(edges: SshdEdges): readonly { path: string; problem?: string }[] {
  return helperNames(edges.tree.names(HELPERS_DIRECTORY)).map((name) => {
    const path = `${HELPERS_DIRECTORY}/${name}`;
    const problem = edges.unsafeProgram(path);
    return problem === undefined ? { path } : { path, problem };
  });
}
