import { describe, expect, it } from 'vitest';
import {
  inverse,
  publicFile,
  sameImage,
  standing,
  type Change,
} from '../../../../src/sshd/plan/image.ts';
import {
  formatState,
  isCommitted,
  parseJournal,
  parseRecord,
  type Journal,
  type WiringRecord,
} from '../../../../src/sshd/plan/record.ts';

const CHANGE: Change = { path: '/a', before: null, after: publicFile('text \xe9\n') };
const RECORD: WiringRecord = {
  format: 1,
  id: 'one',
  mode: 'enable',
  kinds: ['configuration-file'],
  changes: [
    CHANGE,
    { path: '/b', before: { type: 'link', target: '/c' }, after: null },
    { path: '/d', before: null, after: { type: 'directory', mode: 0o755 } },
    { path: '/e', before: publicFile('x'), after: publicFile('bx'), block: 'b' },
  ],
};
const JOURNAL: Journal = {
  format: 1,
  action: 'enable',
  changes: RECORD.changes,
  recordBefore: null,
  recordAfter: RECORD,
};

describe('the record and the journal', () => {
  it('come back as they were written, in ASCII, whatever the images hold', () => {
    expect(parseRecord(formatState(RECORD))).toEqual(RECORD);
    expect(parseJournal(formatState(JOURNAL))).toEqual(JOURNAL);
    expect(formatState(RECORD)).toMatch(/^[\n\x20-\x7e]*$/);
  });

  it.each([
    ['no JSON', '{'],
    ['another type', '[]'],
    ['another format', formatState(RECORD).replace('"format": 1', '"format": 2')],
    ['a relative path', formatState(RECORD).replace('"/a"', '"a"')],
    ['an unknown image', formatState(RECORD).replace('"link"', '"socket"')],
    ['a mode that is no number', formatState(RECORD).replace('493', '"493"')],
    ['an unknown mode', formatState(RECORD).replace('"enable"', '"other"')],
  ])('are refused with %s', (_, text) => {
    expect(parseRecord(text)).toBeUndefined();
  });

  it('say that a run had ended when the record on disk is the new one', () => {
    expect(isCommitted(JOURNAL, RECORD)).toBe(true);
    expect(isCommitted(JOURNAL, null)).toBe(false);
    const disabling: Journal = { ...JOURNAL, recordBefore: RECORD, recordAfter: null };
    expect(isCommitted(disabling, null)).toBe(true);
    expect(isCommitted(disabling, RECORD)).toBe(false);
  });
});

describe('an image', () => {
  it('is the same by its content, whatever its mode and owner', () => {
    const file = publicFile('a');
    expect(sameImage(file, { ...publicFile('a'), mode: 0o600, uid: 5 } as typeof file)).toBe(true);
    expect(sameImage(file, publicFile('b'))).toBe(false);
    expect(sameImage(file, { type: 'link', target: 'a' })).toBe(false);
    expect(sameImage(null, null)).toBe(true);
    expect(sameImage(file, null)).toBe(false);
  });

  it('is taken back in the opposite order', () => {
    expect(inverse(RECORD.changes).map(({ path }) => path)).toEqual(['/e', '/d', '/b', '/a']);
    expect(inverse([CHANGE])).toEqual([{ path: '/a', before: CHANGE.after, after: null }]);
  });
});

describe("a block in somebody else's file", () => {
  const change: Change = {
    path: '/f',
    before: publicFile('old\n'),
    after: publicFile('b\nold\n'),
    block: 'b\n',
  };

  it('is taken out alone when the rest was edited', () => {
    expect(standing(change, publicFile('b\nnew\n'))).toMatchObject({ before: { text: 'new\n' } });
  });

  it.each(['new\n', 'b\nb\nold\n'])('is not guessed at in %j', (text) => {
    expect(standing(change, publicFile(text))).toBeUndefined();
  });

  it('restores the file byte for byte when nothing was edited', () => {
    expect(standing(change, publicFile('b\nold\n'))).toBe(change);
  });
});
