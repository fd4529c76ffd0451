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
  const has = effectiveCommand(listenerStart(tree, undefined, listener), ownCommand(OURS));
  expect(has).toMatchObject({ command: `${OURS} %u %f`, ours: true });
});
