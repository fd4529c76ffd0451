import { expect, it } from 'vitest';
import { fixedTree } from '../../../../src/system/file-tree.ts';
import { effectiveCommand, ownCommand } from '../../../../src/sshd/model/effective.ts';
import { listenerStart, parseListener } from '../../../../src/sshd/plan/listener.ts';

const OURS = '/usr/share/ec2-instance-connect/eic_run_authorized_keys';
const WORDS = ['/usr/sbin/sshd', '-D', '-o', `AuthorizedKeysCommand=${OURS} %u %f`, '-p', '22'];

it.each([
  ['words, as sshd before 8.2 leaves them', WORDS.join('\0') + '\0'],
  ["sshd's title since 8.2", `sshd: ${WORDS.join(' ')} [listener] 0 of 10-100 startups\0\0\0`],
  ['a title that is cut', `sshd: ${WORDS.join(' ')} [lis`],
])('reads %s', (_, commandLine) => {
  expect(parseListener(7, commandLine, '0::/system.slice/ssh.service\n')).toMatchObject({
    unit: 'ssh.service',
    configFile: '/etc/ssh/sshd_config',
    options: [expect.stringMatching(/^AuthorizedKeysCommand=.* %u %f/)],
    complete: !commandLine.endsWith('[lis'),
  });
});

it.each([
  ['-D -oA b c -p 22 -o B=d', ['A b c', 'B=d']],
  ['-Do A b -4 x', ['A b']],
  ['-4o A -D', ['A']],
  ['-D', []],
  ['-ddd -o A b', ['A b']],
])('reads the options of the title with %s as %j', (words, options) => {
  const listener = parseListener(7, `sshd: /usr/sbin/sshd ${words} [listener] 1 of 10-100`, '');
  expect(listener).toEqual({
    pid: 7,
    configFile: '/etc/ssh/sshd_config',
    options,
    complete: true,
  });
});

it.each([
  ['0::/system.slice/ssh.service\n', 'ssh.service'],
  ['0::/system.slice/system-ssh.slice/ssh@1.service', 'ssh@1.service'],
  [
    '2:pids:/system.slice/sshd.service\n1:name=systemd:/system.slice/sshd.service\n',
    'sshd.service',
  ],
  ['0::/system.slice/ssh.service/payload\n', undefined],
])('reads the unit of the cgroup %j as %s', (cgroup, unit) => {
  expect(parseListener(7, '/usr/sbin/sshd', cgroup)?.unit).toBe(unit);
});

it('has the configuration file and no unit of an sshd that somebody started by hand', () => {
  const listener = parseListener(7, '/usr/sbin/sshd\0-f\0/srv/sshd_config\0', '0::/user.slice\n');
  expect(listener).toMatchObject({ configFile: '/srv/sshd_config', options: [] });
  expect(listener).not.toHaveProperty('unit');
});

it.each([
  'sshd: alice [priv]\0',
  'sshd: [accepted]\0',
  '/usr/sbin/sshd\0-i\0',
  '/usr/sbin/sshd\0-t\0',
  '/usr/sbin/sshd\0-D\0-R\0',
  '/usr/sbin/sshd-keygen\0',
])('passes %j over, which does not listen', (commandLine) => {
  expect(parseListener(7, commandLine, '')).toBeUndefined();
});

it('has its own options in front of the files as they are now', () => {
  const listener = parseListener(7, WORDS.join('\0'), '');
  if (listener === undefined) throw new Error('no listener');
  const tree = fixedTree({ '/etc/ssh/sshd_config': 'AuthorizedKeysCommand /other\n' });
  const start = listenerStart(tree, undefined, {
    ...{ ...listener, unit: 'ssh.service' },
    options: ['Port', '', 'Banner=/x'],
  });
  expect(start.settings).toMatchObject([
    { keyword: 'banner', value: '/x', match: [], unit: 'ssh.service', place: { line: 0 } },
    { keyword: 'authorizedkeyscommand', place: { path: '/etc/ssh/sshd_config', line: 1 } },
  ]);
  expect(start.arguments).toEqual({
    configFile: '/etc/ssh/sshd_config',
    hostKeys: [],
    options: [{ text: 'Port' }, { text: '' }, { text: 'Banner=/x' }],
  });
  expect(listenerStart(tree, undefined, listener).settings[0]).not.toHaveProperty('unit');
  const has = effectiveCommand(listenerStart(tree, undefined, listener), ownCommand(OURS));
  expect(has).toMatchObject({ command: `${OURS} %u %f`, ours: true });
});
