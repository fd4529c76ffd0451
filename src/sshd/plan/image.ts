/** What stands at a path: enough to put it back. Texts are Latin-1, one character a byte. */
export type Image =
  | {
      readonly type: 'file';
      readonly text: string;
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
    }
  | { readonly type: 'link'; readonly target: string }
  | { readonly type: 'directory'; readonly mode: number };

/** One path that is changed: what stood there, and what is to stand there; null is nothing. */
export interface Change {
  readonly path: string;
  readonly before: Image | null;
  readonly after: Image | null;
  /**
   * Lines that were put into a file which belongs to somebody else. As long as they stand in it once,
   * word for word, they alone are taken out again, whatever else was edited since.
   */
  readonly block?: string;
}

/**
 * Whether a path still holds what was put there. Content decides: a new mode or owner is no edit.
 */
export function sameImage(a: Image | null, b: Image | null): boolean {
  if (a === null || b === null) return a === b;
  if (a.type === 'file') return b.type === 'file' && a.text === b.text;
  if (a.type === 'link') return b.type === 'link' && a.target === b.target;
  return b.type === 'directory';
}

/** The changes that take a list of changes back, in the order in which to make them. */
export function inverse(changes: readonly Change[]): readonly Change[] {
  return changes
    .map(({ path, before, after }) => ({ path, before: after, after: before }))
    .reverse();
}

/**
 * A change as it can be taken back now: itself where nobody touched the path since; where only the
 * rest of somebody else's file was edited, the change that takes our block out of it.
 *
 * @param now what stands at the path
 * @returns undefined where it was edited, or taken back already
 */
export function standing(change: Change, now: Image | null): Change | undefined {
  if (sameImage(now, change.after)) return change;
  const { path, block } = change;
  if (block === undefined || now?.type !== 'file') return undefined;
  const parts = now.text.split(block);
  if (parts.length !== 2) return undefined;
  return { path, before: { ...now, text: parts.join('') }, after: now };
}

/** A file of root's that everybody may read. */
export function publicFile(text: string): Image {
  return { type: 'file', text, mode: 0o644, uid: 0, gid: 0 };
}
