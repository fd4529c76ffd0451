import { describe, expect, it } from 'vitest';
import { ownCommand, RPM_COMMAND_PATH } from '../../../../src/sshd/model/effective.ts';
import { readModel } from '../../../../src/sshd/model/model.ts';
import { findConflicts, firstOfEach } from '../../../../src/sshd/plan/conflicts.ts';
import { fixedTree } from '../../../../src/system/file-tree.ts';

const own = ownCommand(RPM_COMMAND_PATH);

/** A host whose main file has a Match block with another command for each of many users. */
function withBlocks(count: number): ReturnType<typeof readModel> {
  const blocks = Array.from(
    { length: count },
    (_, i) =>
      `Match User u${i}\nAuthorizedKeysCommand /bin/c${i} %u\nAuthorizedKeysCommandUser n${i}\n`,
  );
  return readModel(fixedTree({ '/etc/ssh/sshd_config': blocks.join('') }), undefined);
}

describe('findConflicts', () => {
  it('finds the command and its user in each Match block', () => {
    expect(findConflicts(withBlocks(2).starts, own)).toMatchObject([
      { reason: 'command-in-match', setting: { value: '/bin/c0 %u' }, user: 'n0' },
      { reason: 'command-in-match', setting: { value: '/bin/c1 %u' }, user: 'n1' },
    ]);
  });

  it('looks a few times at each statement, however many there are', () => {
    const count = 2000;
    let looks = 0;
    const starts = withBlocks(count).starts.map((start) => ({
      ...start,
      settings: start.settings.map((setting) => ({
        ...setting,
        get place() {
          looks++;
          return setting.place;
        },
        get match() {
          looks++;
          return setting.match;
        },
      })),
    }));
    expect(findConflicts(starts, own)).toHaveLength(count);
    expect(looks).toBeLessThan(20 * count);
  });
});

describe('firstOfEach', () => {
  it('keeps the first item of each key, in order', () => {
    const items = ['b1', 'a1', 'b2', 'c1', 'a2'];
    expect(firstOfEach(items, (item) => [item.charAt(0)])).toEqual(['b1', 'a1', 'c1']);
  });
});
