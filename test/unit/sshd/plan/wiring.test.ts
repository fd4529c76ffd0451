import { describe, expect, it } from 'vitest';
import { DEB_COMMAND_PATH, ownCommand } from '../../../../src/sshd/model/effective.ts';
import { wiredCommand } from '../../../../src/sshd/plan/wired-command.ts';
import { chooseWiring } from '../../../../src/sshd/plan/wiring.ts';
import { fixedTree } from '../../../../src/system/file-tree.ts';

const OWN = ownCommand(DEB_COMMAND_PATH);
const MAIN = '/etc/ssh/sshd_config';
const DROP_IN = '/etc/systemd/system/ssh.service.d/zz-ec2-instance-connect.conf';
const LINES = `AuthorizedKeysCommand ${DEB_COMMAND_PATH} %u %f\nAuthorizedKeysCommandUser ec2-instance-connect\n`;
const UNIT_OPTIONS = `-o "AuthorizedKeysCommand ${DEB_COMMAND_PATH} %%u %%f" -o "AuthorizedKeysCommandUser ec2-instance-connect"`;

/** Path, kind and text of each file; a host without a unit has an init script. */
function wiring(
  mode: 'enable' | 'adopt',
  config: string | undefined,
  exec?: string,
): (readonly [path: string, kind: string, text: string])[] | undefined {
  const tree = fixedTree({
    ...(config === undefined ? {} : { [MAIN]: config }),
    ...(exec === undefined
      ? {}
      : { '/lib/systemd/system/ssh.service': `[Service]\nExecStart=${exec}\n` }),
  });
  const chosen = chooseWiring(tree, undefined, OWN, mode, wiredCommand(OWN));
  return chosen && [...chosen].map(([path, { kind, text }]) => [path, kind, text]);
}

const SSHD = '/usr/sbin/sshd -D';

describe('the configuration file', () => {
  it.each([
    [
      'enable',
      '/etc/ssh/sshd_config.d/*.conf',
      '/etc/ssh/sshd_config.d/90-ec2-instance-connect.conf',
    ],
    ['adopt', 'mine/*', '/etc/ssh/mine/00-ec2-instance-connect.conf'],
    ['enable', '/etc/a/*.conf /etc/b/*.conf', '/etc/a/90-ec2-instance-connect.conf'],
    ['enable', '/srv/*.conf /etc/b/9?-*', '/etc/b/90-ec2-instance-connect.conf'],
  ] as const)('for %s stands where "Include %s" reads it', (mode, patterns, path) => {
    const text = expect.stringMatching(/^# .*\n[^#]*$/) as string;
    const files = wiring(mode, `Include ${patterns}\nPort 22\n`, SSHD);
    expect(files).toEqual([[path, 'configuration-file', text]]);
    expect(files?.[0]?.[2].endsWith(`\n${LINES}`)).toBe(true);
  });

  it.each([
    'Include /srv/d/*.conf',
    'Include /etc/*/90-ec2-instance-connect.conf',
    'Include /etc/ssh/d/[0-8]*.conf',
    'Banner /etc/ssh/d/*.conf',
    'Match User a\nInclude /etc/ssh/d/*.conf',
    'AuthorizedKeysCommand /x\nInclude /etc/ssh/d/*.conf',
  ])('is none with %j', (config) => {
    expect(wiring('enable', `${config}\n`, SSHD)?.map(([path]) => path)).toEqual([DROP_IN]);
  });
});

describe('the drop-in of a unit', () => {
  it.each([
    ['/usr/sbin/sshd -D $SSHD_OPTS', `/usr/sbin/sshd ${UNIT_OPTIONS} -D $SSHD_OPTS`],
    ['-/usr/sbin/sshd   -D -o "Banner /x"', `-/usr/sbin/sshd ${UNIT_OPTIONS} -D -o "Banner /x"`],
    ['/usr/sbin/sshd', `/usr/sbin/sshd ${UNIT_OPTIONS}`],
  ])('has our options in front of those of %s', (exec, expected) => {
    const [file, ...more] = wiring('enable', 'Port 22\n', exec) ?? [];
    expect(more).toEqual([]);
    expect(file?.slice(0, 2)).toEqual([DROP_IN, 'unit-drop-in']);
    const [header, ...lines] = file?.[2].split('\n') ?? [];
    expect(header).toMatch(/^# /);
    expect(lines).toEqual(['[Service]', 'ExecStart=', `ExecStart=${expected}`, '']);
  });
});

describe('the main file', () => {
  it.each([
    ['enable', undefined],
    ['adopt', undefined],
    ['adopt', SSHD],
  ] as const)('has our lines on top, for %s where sshd is started by %s', (mode, exec) => {
    const [file, ...more] = wiring(mode, 'AuthorizedKeysCommand /x\n', exec) ?? [];
    expect(more).toEqual([]);
    expect(file?.slice(0, 2)).toEqual([MAIN, 'main-file']);
    expect(file?.[2].replace(/^# .*\n/, '')).toBe(`${LINES}AuthorizedKeysCommand /x\n`);
  });
});

describe('no wiring', () => {
  it('is needed where ours is effective', () => {
    expect(wiring('enable', LINES, SSHD)).toEqual([]);
  });

  it.each(['enable', 'adopt'] as const)('works for %s where nothing can be written', (mode) => {
    expect(wiring(mode, undefined)).toBeUndefined();
  });
});
