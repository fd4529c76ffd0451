import { describe, expect, it } from 'vitest';
import { ownCommand, RPM_COMMAND_PATH } from '../../../../src/sshd/model/effective.ts';
import { readModel } from '../../../../src/sshd/model/model.ts';
import {
  conflictDetail,
  findConflicts,
  firstOfEach,
  hostStarts,
  runsOurs,
  standsInTheWay,
} from '../../../../src/sshd/plan/conflicts.ts';
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

const OURS = `AuthorizedKeysCommand ${RPM_COMMAND_PATH} %u %f\n`;
const OUR_USER = 'AuthorizedKeysCommandUser ec2-instance-connect\n';
const CHAIN = `AuthorizedKeysCommand /usr/bin/userdbctl ssh-authorized-keys %u --chain ${RPM_COMMAND_PATH} %u %f\n`;
const OTHER = 'AuthorizedKeysCommand /x %u\n';

/** A host with this main file, and units of these names and options. */
function host(
  config: string,
  units: Readonly<Record<string, string>> = {},
): ReturnType<typeof readModel> {
  const paths = Object.entries(units).map(([name, options]) => [
    `/lib/systemd/system/${name}.service`,
    `[Service]\nExecStart=/usr/sbin/sshd -D ${options}\n`,
  ]);
  const files = Object.fromEntries(paths) as Record<string, string>;
  return readModel(fixedTree({ ...files, '/etc/ssh/sshd_config': config }), undefined);
}

describe('a command in the way', () => {
  it.each([
    ['', []],
    [OURS + OUR_USER, []],
    [CHAIN, []],
    [OTHER, [['other-command', undefined, true]]],
    [`${OTHER}AuthorizedKeysCommandUser u\n`, [['other-command', 'u', true]]],
    ['AuthorizedKeysCommand none\n', [['command-disabled', undefined, true]]],
    [`Match User a\n${OURS}`, []],
    ['Match User a\nAuthorizedKeysCommand None\n', []],
    [`Match User a\n${OTHER}`, [['command-in-match', undefined, true]]],
    [
      `Match User a\n${OTHER}AuthorizedKeysCommandUser u\nAuthorizedKeysCommandUser v\n`,
      [['command-in-match', 'u', false]],
    ],
    [`Match all\n${OTHER}AuthorizedKeysCommandUser u\n`, [['command-in-match', 'u', true]]],
    [
      `Match User a\nAuthorizedKeysCommandUser u\nMatch User b\n${OTHER}`,
      [['command-in-match', undefined, true]],
    ],
  ])('is found in %j as %j', (config, expected) => {
    const conflicts = findConflicts(host(config).starts, own);
    expect(conflicts.map((each) => [each.reason, each.user, standsInTheWay(each)])).toEqual(
      expected,
    );
    for (const each of conflicts)
      if (each.user === undefined) expect(each).not.toHaveProperty('user');
  });

  it('is found once, however many units read it, and is named with its place', () => {
    const { starts } = host(`Port 22\n${OTHER}`, { ssh: '', sshd: '' });
    expect(starts).toHaveLength(2);
    expect(findConflicts(starts, own).map(conflictDetail)).toEqual([
      'AuthorizedKeysCommand /x %u (/etc/ssh/sshd_config:2)',
    ]);
  });
});

describe("the host's own sshd", () => {
  it.each([
    [{ ssh: '', 'ssh-other': '-f /srv/sshd_config' }, ['ssh.service']],
    [{ 'ssh-a': '-f /srv/a', 'ssh-b': '-f /srv/b' }, ['ssh-a.service', 'ssh-b.service']],
  ])('of the units %j is %j', (units, names) => {
    expect(hostStarts(host('', units)).map(({ unit }) => unit?.name)).toEqual(names);
  });

  it.each([
    [OURS + OUR_USER, true],
    [`${OURS}AuthorizedKeysCommandUser nobody\n`, false],
    [OURS, false],
    [`${CHAIN}AuthorizedKeysCommandUser root\n`, true],
    [OTHER + OUR_USER, false],
    [`Match User a\n${OURS}${OUR_USER}`, false],
    [`${OURS.replace('%u', 'someone')}${OUR_USER}`, false],
  ])('runs ours with %j: %s', (config, runs) => {
    expect(host(config).starts.map((start) => runsOurs(start, own))).toEqual([runs]);
  });
});

describe('firstOfEach', () => {
  it('keeps the first item of each key, in order', () => {
    const items = ['b1', 'a1', 'b2', 'c1', 'a2'];
    expect(firstOfEach(items, (item) => [item.charAt(0)])).toEqual(['b1', 'a1', 'c1']);
  });
});
