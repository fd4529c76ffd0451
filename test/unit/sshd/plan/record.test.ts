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

const CHANGE: Change = { path: '/a', before: null, after: publicFile('text \x7f\x80\xe9\n') };
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

  const file = { type: 'file', text: '', mode: 1, uid: 0, gid: 0 };
  const brokenChanges: readonly (readonly [what: string, change: unknown])[] = [
    ['nothing for a change', null],
    ['a list for a change', []],
    ['a path that is no text', { ...CHANGE, path: 5 }],
    ['a relative path', { ...CHANGE, path: 'etc/passwd' }],
    ['no image before', { ...CHANGE, before: undefined }],
    ['no image after', { ...CHANGE, after: undefined }],
    ['a block that is no text', { ...CHANGE, block: 5 }],
    ['an image that is a list', { ...CHANGE, before: [] }],
    ['an image that is a text', { ...CHANGE, before: 'x' }],
    ['an image of no type', { ...CHANGE, before: { ...file, type: undefined } }],
    ['a link without a target', { ...CHANGE, before: { type: 'link' } }],
    ['a folder without a mode', { ...CHANGE, before: { type: 'directory' } }],
    ['a file without a text', { ...CHANGE, before: { ...file, text: undefined } }],
    ['a file without a mode', { ...CHANGE, before: { ...file, mode: undefined } }],
    ['a file whose owner is no number', { ...CHANGE, before: { ...file, uid: '0' } }],
    ['a file whose group is no whole number', { ...CHANGE, before: { ...file, gid: 0.5 } }],
  ];
  const broken: readonly (readonly [what: string, record: unknown])[] = [
    ['nothing', null],
    ['no id', { ...RECORD, id: 5 }],
    ['no mode', { ...RECORD, mode: undefined }],
    ['kinds that are no list', { ...RECORD, kinds: 'main-file' }],
    ['changes that are no list', { ...RECORD, changes: {} }],
    ['no changes', { ...RECORD, changes: undefined }],
    ['replaced changes that are none', { ...RECORD, replaced: [{}] }],
    ['replaced changes that are no list', { ...RECORD, replaced: null }],
    ...brokenChanges.map(
      ([what, change]) => [what, { ...RECORD, changes: [CHANGE, change] }] as const,
    ),
  ];
  it.each(broken)('are refused with %s', (_, record) => {
    const text = JSON.stringify(record);
    expect(parseRecord(text)).toBeUndefined();
    if (record === null) return;
    expect(parseJournal(JSON.stringify({ ...JOURNAL, recordAfter: record }))).toBeUndefined();
    expect(parseJournal(JSON.stringify({ ...JOURNAL, recordBefore: record }))).toBeUndefined();
  });

  it.each([
    ['adopt', { ...RECORD, mode: 'adopt' }],
    ['replaced changes', { ...RECORD, replaced: [{ ...CHANGE, block: 'b' }] }],
  ])('may have %s', (_, record) => {
    expect(parseRecord(JSON.stringify(record))).toEqual(record);
  });

  it.each(['enable', 'adopt', 'disable'])('of a run of %s come back', (action) => {
    const journal = { ...JOURNAL, action, recordBefore: RECORD, recordAfter: null };
    expect(parseJournal(JSON.stringify(journal))).toEqual(journal);
  });

  it.each([
    ['nothing', null],
    ['another format', { ...JOURNAL, format: 2 }],
    ['another action', { ...JOURNAL, action: 'status' }],
    ['no changes', { ...JOURNAL, changes: undefined }],
    ['no record before', { ...JOURNAL, recordBefore: undefined }],
    ['no record after', { ...JOURNAL, recordAfter: undefined }],
  ])('are refused for a journal with %s', (_, journal) => {
    expect(parseJournal(JSON.stringify(journal))).toBeUndefined();
  });

  it('are read up to 16 MiB', () => {
    const text = formatState(RECORD).padEnd(16 << 20);
    expect(parseRecord(text)).toEqual(RECORD);
    expect(parseRecord(`${text} `)).toBeUndefined();
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
    expect(sameImage({ type: 'link', target: 'a' }, file)).toBe(false);
    expect(sameImage({ type: 'link', target: 'a' }, { type: 'link', target: 'a' })).toBe(true);
    expect(sameImage({ type: 'link', target: 'a' }, { type: 'link', target: 'b' })).toBe(false);
    expect(sameImage({ type: 'directory', mode: 1 }, { type: 'directory', mode: 2 })).toBe(true);
    expect(sameImage({ type: 'directory', mode: 1 }, file)).toBe(false);
    expect(sameImage(null, file)).toBe(false);
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
    const now = publicFile('x\nb\nnew\n');
    expect(standing(change, now)).toEqual({
      path: '/f',
      before: publicFile('x\nnew\n'),
      after: now,
    });
  });

  it.each(['new\n', 'b\nb\nold\n'])('is not guessed at in %j', (text) => {
    expect(standing(change, publicFile(text))).toBeUndefined();
  });

  it.each([
    ['nothing', null],
    ['a link', { type: 'link', target: '/f' }],
  ] as const)('is not looked for in %s', (_, now) => {
    expect(standing(change, now)).toBeUndefined();
  });

  it('is not looked for where the whole file was ours', () => {
    expect(standing(CHANGE, publicFile('edited\n'))).toBeUndefined();
  });

  it('restores the file byte for byte when nothing was edited', () => {
    expect(standing(change, publicFile('b\nold\n'))).toBe(change);
  });
});
