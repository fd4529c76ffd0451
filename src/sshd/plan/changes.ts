import { inverse, sameImage, type Change, type Image } from './image.ts';

/** The two lists that a plan comes to. */
export interface PlannedChanges {
  /** From what is there now to what is to be there: the journal's. */
  readonly now: readonly Change[];
  /** From what was there before we ever came to what is to be there: the record's. */
  readonly overall: readonly Change[];
}

/**
 * Works out the changes that make the wanted images stand, that make the folders they need, and that
 * take away what an earlier wiring wrote and nobody needs any more.
 *
 * @param wanted what is to stand where, in the order in which to write it
 * @param earlier the changes of the record whose paths nobody edited since
 * @param image what stands at a path now
 */
export function planChanges(
  wanted: ReadonlyMap<string, Image>,
  earlier: readonly Change[],
  image: (path: string) => Image | null,
): PlannedChanges {
  const before = new Map(earlier.map((change) => [change.path, change.before]));
  const all = new Map<string, Image>();
  for (const [path, each] of wanted) {
    for (const folder of missingFolders(path, before, image)) {
      all.set(folder, { type: 'directory', mode: 0o755 });
    }
    all.set(path, each);
  }
  const overall = [...all].flatMap(([path, after]): Change[] => {
    const original = before.has(path) ? (before.get(path) ?? null) : image(path);
    return sameImage(original, after) ? [] : [{ path, before: original, after }];
  });
  const made = [...all].map(([path, after]): Change => ({ path, before: image(path), after }));
  const dropped = inverse(earlier.filter((change) => !all.has(change.path)));
  const now = [...made, ...dropped].filter((change) => !sameImage(change.before, change.after));
  return { now, overall };
}

/** Folders above a path that are not there, or that an earlier wiring made, outermost first. */
function missingFolders(
  path: string,
  before: ReadonlyMap<string, Image | null>,
  image: (path: string) => Image | null,
): readonly string[] {
  const folder = path.slice(0, path.lastIndexOf('/'));
  if (folder === '' || (image(folder) !== null && !before.has(folder))) return [];
  return [...missingFolders(folder, before, image), folder];
}
