import { describe, expect, it } from 'vitest';
import { planChanges } from '../../../../src/sshd/plan/changes.ts';
import { publicFile, type Change, type Image } from '../../../../src/sshd/plan/image.ts';
import { bringBack, retirementChanges } from '../../../../src/sshd/plan/replaced.ts';

const FOLDER: Image = { type: 'directory', mode: 0o755 };
const [A, B] = [publicFile('a'), publicFile('b')];

const on =
  (images: Readonly<Record<string, Image>>) =>
  (path: string): Image | null =>
    images[path] ?? null;

/** The two lists, each change as `path before>after`. */
function plan(
  wanted: Readonly<Record<string, Image>>,
  earlier: readonly Change[],
  images: Readonly<Record<string, Image>>,
): { now: string[]; overall: string[] } {
  const { now, overall } = planChanges(new Map(Object.entries(wanted)), earlier, on(images));
  const text = (image: Image | null): string =>
    image === null ? '-' : image.type === 'file' ? image.text : image.type;
  const show = ({ path, before, after }: Change): string =>
    `${path} ${text(before)}>${text(after)}`;
  return { now: now.map(show), overall: overall.map(show) };
}

const made = (path: string, after: Image): Change => ({ path, before: null, after });

describe('planChanges', () => {
  it('makes the folders that are missing, outermost first, each once', () => {
    const expected = ['/d/e ->directory', '/d/e/f ->a', '/d/e/g ->b'];
    expect(plan({ '/d/e/f': A, '/d/e/g': B }, [], { '/d': FOLDER })).toEqual({
      now: expected,
      overall: expected,
    });
  });

  it('leaves a folder as it is, also one that is a link', () => {
    expect(plan({ '/d/f': A }, [], { '/d': { type: 'link', target: '/e' } }).now).toEqual([
      '/d/f ->a',
    ]);
  });

  it('makes no folder for a file of the root folder', () => {
    expect(plan({ '/f': A }, [], {}).now).toEqual(['/f ->a']);
  });

  it('keeps what an earlier wiring wrote and made, and the images that it found', () => {
    const earlier = [made('/d', FOLDER), { path: '/d/f', before: B, after: A }];
    expect(plan({ '/d/f': A }, earlier, { '/d': FOLDER, '/d/f': A })).toEqual({
      now: [],
      overall: ['/d ->directory', '/d/f b>a'],
    });
  });

  it('takes away what an earlier wiring wrote and nobody needs any more, the last first', () => {
    const earlier = [made('/d', FOLDER), made('/d/f', A), { path: '/g', before: B, after: A }];
    expect(plan({ '/h': A }, earlier, { '/d': FOLDER, '/d/f': A, '/g': A })).toEqual({
      now: ['/h ->a', '/g a>b', '/d/f a>-', '/d directory>-'],
      overall: ['/h ->a'],
    });
  });

  it('has nothing to take back where it comes to what was there before', () => {
    const earlier = [{ path: '/f', before: B, after: A }];
    expect(plan({ '/f': B }, earlier, { '/f': A })).toEqual({ now: ['/f a>b'], overall: [] });
    expect(plan({ '/f': A }, [], { '/f': A })).toEqual({ now: [], overall: [] });
  });
});

describe('a retirement', () => {
  const images = { '/d': FOLDER, '/d/f': A, '/d/l': { type: 'link', target: '/x' } } as const;
  const changes = (text: string | undefined, names: readonly string[]): readonly Change[] =>
    retirementChanges(new Map([['/d/f', text]]), on(images), () => names);

  it('writes what stays of a file', () => {
    expect(changes('left', ['f'])).toEqual([
      { path: '/d/f', before: A, after: publicFile('left') },
    ]);
  });

  it('removes a file of which nothing stays, and its folder where that holds nothing else', () => {
    const gone = { path: '/d/f', before: A, after: null };
    expect(changes(undefined, ['f', 'g'])).toEqual([gone]);
    expect(changes(undefined, ['f'])).toEqual([gone, { path: '/d', before: FOLDER, after: null }]);
  });

  it('leaves alone what is no file', () => {
    const paths = new Map([
      ['/d/l', undefined],
      ['/d/none', undefined],
      ['/d', undefined],
    ]);
    expect(retirementChanges(paths, on(images), () => ['f'])).toEqual([]);
  });
});

describe('bringBack', () => {
  const replaced: readonly Change[] = [
    { path: '/d/f', before: A, after: null },
    { path: '/d', before: FOLDER, after: null },
    { path: '/g', before: A, after: B },
    made('/h', A),
  ];

  it('puts back what stood there, folders first, and nothing where nothing stood', () => {
    expect(bringBack(replaced, on({ '/g': B, '/h': A }))).toEqual([
      { path: '/g', before: B, after: A },
      { path: '/d', before: null, after: FOLDER },
      { path: '/d/f', before: null, after: A },
    ]);
  });

  it('leaves alone where somebody has written since', () => {
    const images = { '/d': FOLDER, '/d/f': B, '/g': publicFile('c') };
    expect(bringBack(replaced, on(images))).toEqual([]);
  });
});
