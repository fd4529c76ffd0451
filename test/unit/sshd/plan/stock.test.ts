import { describe, expect, it } from 'vitest';
import { retireDropIns, retireLines, withoutStock } from '../../../../src/sshd/plan/stock.ts';
import { readModel } from '../../../../src/sshd/model/model.ts';
import { fixedTree } from '../../../../src/system/file-tree.ts';

const OWN = {
  path: '/usr/share/ec2-instance-connect/eic_run_authorized_keys',
  paths: ['/usr/share/ec2-instance-connect/eic_run_authorized_keys'],
  user: 'ec2-instance-connect',
};
const OTHER_PATH = '/opt/aws/bin/eic_run_authorized_keys';
const START = 'ExecStart=/usr/sbin/sshd -D $SSHD_OPTS';
const OPTIONS = `-o "AuthorizedKeysCommand=${OWN.path} %%u %%f" -o "AuthorizedKeysCommandUser=${OWN.user}"`;
const UNIT = `[Service]\n${START}\n`;
const DROP_IN = `[Service]\nExecStart=\n${START} ${OPTIONS}\n`;

/** Files that are seen by two paths where /lib is a link to usr/lib, as on every merged system. */
function host(dropIn: string, isMerged: boolean): Parameters<typeof retireDropIns>[0] {
  const folders = isMerged ? ['/usr/lib', '/lib'] : ['/lib'];
  const texts = folders.flatMap((folder) => [
    [`${folder}/systemd/system/ssh.service`, UNIT],
    [`${folder}/systemd/system/ssh.service.d/ec2-instance-connect.conf`, dropIn],
  ]);
  return fixedTree(
    Object.fromEntries(texts) as Record<string, string>,
    isMerged ? { '/lib': 'usr/lib' } : {},
  );
}

describe.each([
  ['where /lib is a link', true, '/usr/lib'],
  ['where /lib is a folder', false, '/lib'],
])("the stock package's drop-in, %s", (_, isMerged, folder) => {
  const path = `${folder}/systemd/system/ssh.service.d/ec2-instance-connect.conf`;

  it('goes where nothing but its two options is in it', () => {
    expect(retireDropIns(host(DROP_IN, isMerged), OWN)).toEqual(new Map([[path, undefined]]));
  });

  it('stays without its two options where somebody has edited it', () => {
    const edited = DROP_IN.replace('-D', '-D -p 2222');
    const left = edited.replace(` ${OPTIONS}`, '');
    expect(retireDropIns(host(edited, isMerged), OWN)).toEqual(new Map([[path, left]]));
  });

  it('is in force by none of its names when it has gone', () => {
    const tree = host(DROP_IN, isMerged);
    const { starts } = readModel(withoutStock(tree, retireDropIns(tree, OWN)), undefined);
    expect(starts.map(({ exec }) => exec?.text)).toEqual([START.replace('ExecStart=', '')]);
  });
});

describe("the stock package's options in a drop-in", () => {
  const PATH = '/lib/systemd/system/ssh.service.d/ec2-instance-connect.conf';
  const retired = (dropIn: string): unknown[] => [...retireDropIns(host(dropIn, false), OWN)];
  const WITH = (options: string): string => `[Service]\nExecStart=\n${START} ${options}\n`;
  const LEFT = `[Service]\nExecStart=\n${START}`;

  it.each([
    `-oAuthorizedKeysCommand=${OWN.path} -oAuthorizedKeysCommandUser=${OWN.user}`,
    `-o AuthorizedKeysCommand=${OWN.path} -o AuthorizedKeysCommandUser=${OWN.user}`,
    `-o "authorizedkeyscommand  ${OWN.path} %%u" -o "authorizedkeyscommanduser = ${OWN.user}"`,
    `\\\n    ${OPTIONS.replace(' -o', ' \\\n\t-o')}`,
  ])('are found as %j', (options) => {
    expect(retired(WITH(options))).toEqual([[PATH, undefined]]);
  });

  it.each([
    '-o "AuthorizedKeysCommand /other %%u" -o AuthorizedKeysCommandUser=nobody',
    '-oBanner=/x -o Port=22',
    '"-o',
    `"AuthorizedKeysCommand=${OWN.path} -o`,
    '-o',
    `-o "X AuthorizedKeysCommand ${OWN.path}"`,
    `-o "XAuthorizedKeysCommand ${OWN.path}"`,
    `-o "AuthorizedKeysCommandX ${OWN.path}"`,
    `-o AuthorizedKeysCommandUserX=${OWN.user}`,
    `-o XAuthorizedKeysCommandUser=${OWN.user}`,
    `-p AuthorizedKeysCommandUser=${OWN.user}`,
  ])('are not taken for others: %j', (options) => {
    expect(retired(WITH(options))).toEqual([]);
  });

  it.each([
    [
      `-o "AuthorizedKeysCommand=${OWN.path} %%u" -o AuthorizedKeysCommandUser=nobody`,
      ' -o AuthorizedKeysCommandUser=nobody\n',
    ],
    [`-4 ${OPTIONS} -o "Banner /x"`, ' -4 -o "Banner /x"\n'],
    [`${OPTIONS}\nRestart=no`, '\nRestart=no\n'],
    [`${OPTIONS}\n[Unit]\nAfter=x`, '\n[Unit]\nAfter=x\n'],
    [`${OPTIONS}\n#ExecStart=/x ${OPTIONS}`, undefined],
  ])('go, and what else is in it stays: %j', (options, rest) => {
    expect(retired(WITH(options))).toEqual([
      [PATH, rest === undefined ? undefined : `${LEFT}${rest}`],
    ]);
  });

  it.each([
    ['another option in place of one', DROP_IN.replace('-D', '-4')],
    ['another section', DROP_IN.replace('[Service]', '[X-Mine]')],
  ])('go from a drop-in with %s, which stays', (_, edited) => {
    expect(retired(edited)).toEqual([[PATH, edited.replace(` ${OPTIONS}`, '')]]);
  });

  it('stay in a file that has no command line', () => {
    expect(retired(`[Service]\nEnvironment=SSHD_OPTS="${OPTIONS}"\n`)).toEqual([]);
    expect(retireDropIns(fixedTree({}), OWN).size).toBe(0);
  });

  it('go from a drop-in that has the name of an alias', () => {
    const unit = '/lib/systemd/system/ssh.service';
    const path = '/lib/systemd/system/sshd.service.d/ec2-instance-connect.conf';
    const links = { '/etc/systemd/system/sshd.service': unit };
    const tree = fixedTree({ [unit]: UNIT, [path]: DROP_IN }, links);
    expect([...retireDropIns(tree, OWN)]).toEqual([[path, undefined]]);
    const other = fixedTree({ [unit]: UNIT, [path]: DROP_IN });
    expect([...retireDropIns(other, OWN)]).toEqual([[path, DROP_IN.replace(` ${OPTIONS}`, '')]]);
  });
});

describe("the stock package's lines in the main file", () => {
  const MAIN = '/etc/ssh/sshd_config';
  const LINES = `AuthorizedKeysCommand ${OWN.path} %u %f\nAuthorizedKeysCommandUser ${OWN.user}\n`;

  it.each([
    [LINES, ''],
    [`Port 22\n${LINES}`, 'Port 22\n'],
    [`Port 22\n${LINES}UseDNS no\n`, 'Port 22\nUseDNS no\n'],
    [`${LINES}Match User a\n`, 'Match User a\n'],
    [`#match x\nPort 22 # match x\n${LINES}`, '#match x\nPort 22 # match x\n'],
    [`MatchX a\n${LINES}`, 'MatchX a\n'],
    [LINES.replace(OWN.path, OTHER_PATH), ''],
    [`Match User a\n${LINES}`, undefined],
    [` \tmatch\tall\n${LINES}`, undefined],
    [`Port 22\n #${LINES}`, undefined],
    [LINES.replace(' %f', ''), undefined],
    [LINES.replace('\n', '\n\n'), undefined],
  ])('in %j leave %j', (text, left) => {
    const both = { ...OWN, paths: [...OWN.paths, OTHER_PATH] };
    const expected = left === undefined ? [] : [[MAIN, left]];
    expect([...retireLines(fixedTree({ [MAIN]: text }), both)]).toEqual(expected);
  });

  it('are none where there is no main file', () => {
    expect(retireLines(fixedTree({}), OWN).size).toBe(0);
  });
});
