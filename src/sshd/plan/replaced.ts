import type { Change, Image } from './image.ts';
import { sameImage } from './image.ts';
import type { StockRetirement } from './stock.ts';

/**
 * The changes that a retirement comes to; a folder that has nothing else goes with its file.
 *
 * @param image what stands at a path now
 * @param names what is in a folder now
 */
export function retirementChanges(
  retirement: StockRetirement,
  image: (path: string) => Image | null,
  names: (folder: string) => readonly string[],
): readonly Change[] {
  return [...retirement].flatMap(([path, text]): Change[] => {
    const before = image(path);
    if (before?.type !== 'file') return [];
    if (text !== undefined) return [{ path, before, after: { ...before, text } }];
    const folder = path.slice(0, path.lastIndexOf('/'));
    const gone: Change = { path, before, after: null };
    const isAlone = names(folder).length === 1;
    return isAlone ? [gone, { path: folder, before: image(folder), after: null }] : [gone];
  });
}

/**
 * What puts the stock package's wiring back as ours found it, where nobody has written there since:
 * folders first.
 */
export function bringBack(
  replaced: readonly Change[],
  image: (path: string) => Image | null,
): readonly Change[] {
  return replaced
    .filter(({ path, before, after }) => before !== null && sameImage(image(path), after))
    .map(({ path, before, after }) => ({ path, before: after, after: before }))
    .reverse();
}
