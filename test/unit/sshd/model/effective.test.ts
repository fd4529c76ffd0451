import { describe, expect, it } from 'vitest';
import { parseDump } from '../../../../src/sshd/model/dump.ts';
import {
  commandFacts,
  DEB_COMMAND_PATH,
  effectiveCommand,
  effectiveSetting,
  ownCommand,
} from '../../../../src/sshd/model/effective.ts';
import { fixedTree } from '../../../../src/system/file-tree.ts';
import { readModel, type SshdStart } from '../../../../src/sshd/model/model.ts';

const OWN = ownCommand(DEB_COMMAND_PATH);
const OURS = `AuthorizedKeysCommand ${DEB_COMMAND_PATH} %u %f\nAuthorizedKeysCommandUser ec2-instance-connect\n`;

function start(config: string, exec = '/usr/sbin/sshd -D'): SshdStart {
  const tree = fixedTree({
    '/etc/ssh/sshd_config': config,
    '/lib/systemd/system/ssh.service': `[Service]\nExecStart=${exec}\n`,
  });
  const [first] = readModel(tree, undefined).starts;
  if (first === undefined) throw new Error('no start');
  return first;
}

describe('commandFacts', () => {
  it.each([
    [`${DEB_COMMAND_PATH} %u %f`, true, true, true],
    ['/opt/aws/bin/eic_run_authorized_keys %u %f', true, true, true],
    ['/usr/bin/ec2-instance-connect authorized-keys %u', true, true, false],
    ['/usr/bin/ec2-instance-connect verify-keys %u', false, true, false],
    [`"${DEB_COMMAND_PATH}" "%u"`, true, true, false],
    [`${DEB_COMMAND_PATH} %%u %%f`, true, false, false],
    [`${DEB_COMMAND_PATH}.sh %u`, false, true, false],
    ['/usr/bin/sss_ssh_authorizedkeys %u', false, true, false],
    ['/opt/other --user=%u --key=%f', false, true, true],
    // sshd fills the tokens of the arguments alone.
    ['/opt/%u-%f x', false, false, false],
    ['none', false, false, false],
  ])('%s: ours %s, user %s, fingerprint %s', (command, ours, passesUser, passesFingerprint) => {
    const expected = { ours, chained: false, passesUser, passesFingerprint };
    expect(commandFacts(command, OWN, undefined)).toMatchObject(expected);
  });

  it.each([
    ['', ['u']],
    [' %u', ['u']],
    [' %u %f', ['u', 'f']],
    [' %u %f t=%t k=%k', ['u', 'f', 'k', 't']],
    [' %u k=%k', ['u', 'k']],
    [' %u %f h=', ['u', 'f']],
    // Not what the helper would take it for.
    [' %u %f k=%t', ['u', 'f']],
    [' %u %f # note', []],
  ])('with the arguments "%s" passes %j', (words, passes) => {
    expect(commandFacts(DEB_COMMAND_PATH + words, OWN, undefined).passes).toEqual(passes);
  });

  const V92 = { major: 9, minor: 2 };
  const CHAIN = '/usr/bin/userdbctl ssh-authorized-keys %u --chain';

  it.each([
    [DEB_COMMAND_PATH, V92, true],
    [`${DEB_COMMAND_PATH} %u`, V92, true],
    [`${DEB_COMMAND_PATH} %u %f`, V92, true],
    [`${DEB_COMMAND_PATH} %u %f k=%k t=%t h=%h U=%U`, V92, true],
    ['/usr/bin/ec2-instance-connect authorized-keys --explain %u %f', V92, true],
    [`${CHAIN} ${DEB_COMMAND_PATH} %u %f`, V92, true],
    [`${CHAIN} ${DEB_COMMAND_PATH}`, V92, false],
    [`/usr/bin/userdbctl user %u --chain ${DEB_COMMAND_PATH} %u %f`, V92, false],
    [`/usr/bin/userdbctl ssh-authorized-keys %u ${DEB_COMMAND_PATH} %u %f`, V92, false],
    // The second word behind the verb is what userdbctl 257 runs; it refuses one that is not a path.
    [`/usr/bin/userdbctl ssh-authorized-keys --chain ${DEB_COMMAND_PATH} %u %f`, V92, false],
    [`/usr/bin/userdbctl ssh-authorized-keys %u %u --chain ${DEB_COMMAND_PATH} %u %f`, V92, false],
    [`/usr/bin/userdbctl ssh-authorized-keys -N %u --chain ${DEB_COMMAND_PATH} %u %f`, V92, true],
    [`${DEB_COMMAND_PATH} "" %f`, V92, false],
    [`${DEB_COMMAND_PATH} %u %f k=%i`, V92, false],
    [`${CHAIN} /opt/other ${DEB_COMMAND_PATH} %u %f`, V92, false],
    [`/opt/other ssh-authorized-keys %u --chain ${DEB_COMMAND_PATH} %u %f`, V92, false],
    // Two more arguments since 8.7, which this program refuses.
    [`${DEB_COMMAND_PATH} %u %f # note`, V92, false],
    // The file was written with CR LF, and this release keeps the CR.
    [`${DEB_COMMAND_PATH} %u %f\r`, { major: 7, minor: 4 }, false],
    [`${DEB_COMMAND_PATH} %u x%f`, V92, false],
    [`${DEB_COMMAND_PATH} %f %u`, V92, false],
    [`${DEB_COMMAND_PATH} %u %f x=%k`, V92, false],
    [`${DEB_COMMAND_PATH} %u %f C=%C`, V92, false],
    [`${DEB_COMMAND_PATH} %u %f C=%C`, { major: 9, minor: 4 }, true],
    [`${DEB_COMMAND_PATH} %u %f U=%U`, { major: 7, minor: 6 }, false],
    [`${DEB_COMMAND_PATH} "%u %f`, V92, false],
    [`${DEB_COMMAND_PATH} someone %f`, V92, false],
  ])('%j is judged by what this program gets of %j: works %s', (command, version, works) => {
    expect(commandFacts(command, OWN, version).works).toBe(works);
  });
});

describe('what is wrong with a command of ours', () => {
  it.each([
    ['C=%C', { major: 9, minor: 2 }, /^OpenSSH 9\.2 .*%C$/],
    ['k=%i', { major: 10, minor: 0 }, /^OpenSSH 10\.0 .*%i$/],
    ['k=%i', undefined, /^sshd .*%i$/],
    ['and more', undefined, /\w/],
  ])('is named for %s of %j', (words, version, problem) => {
    const chain = `/usr/bin/userdbctl ssh-authorized-keys %u --chain ${DEB_COMMAND_PATH} %u %f`;
    const expected = { ours: true, works: false, passesUser: true, passesFingerprint: true };
    for (const [command, chained] of [
      [`${DEB_COMMAND_PATH} %u %f`, false],
      [chain, true],
    ] as const) {
      expect(commandFacts(`${command} ${words}`, OWN, version)).toMatchObject({
        ...expected,
        chained,
        problem: expect.stringMatching(problem) as string,
      });
    }
  });
});

describe('the effective command', () => {
  it('is the first value', () => {
    const found = effectiveCommand(start(`AuthorizedKeysCommand /first\n${OURS}`), OWN);
    expect(found).toMatchObject({
      command: '/first',
      ours: false,
      setting: { place: { line: 1 } },
    });
  });

  it("is the unit's option before anything in a file", () => {
    const exec = '/usr/sbin/sshd -D -o "AuthorizedKeysCommand /unit %%u"';
    const found = effectiveCommand(start(OURS, exec), OWN);
    expect(found).toMatchObject({ command: '/unit %u', setting: { unit: 'ssh.service' } });
  });

  it('is that of a Match block that holds, before anything else', () => {
    const here = start(`${OURS}Match User alice\nAuthorizedKeysCommand /match\n`);
    expect(effectiveCommand(here, OWN, { user: 'alice' }).command).toBe('/match');
    expect(effectiveCommand(here, OWN, { user: 'bob' }).ours).toBe(true);
    expect(effectiveCommand(here, OWN).ours).toBe(true);
  });

  it('is none where a Match block that holds says none', () => {
    const here = start(`${OURS}Match User alice\nAuthorizedKeysCommand none\n`);
    expect(effectiveCommand(here, OWN, { user: 'alice' }).command).toBeUndefined();
  });

  it('is found behind conditions that only sshd can judge, by what sshd -T says', () => {
    const here = start(`${OURS}Match Address 10.0.0.0/8\nAuthorizedKeysCommand /match\n`);
    const dump = parseDump(
      'authorizedkeyscommand /match\nauthorizedkeyscommanduser ec2-instance-connect\n',
    );
    expect(effectiveCommand(here, OWN, { user: 'alice' }, dump)).toMatchObject({
      command: '/match',
      agrees: true,
      setting: { place: { line: 4 } },
    });
  });

  it.each([
    ['another value than any line', 'authorizedkeyscommand /elsewhere\n'],
    ['none although a line holds', 'authorizedkeyscommand none\n'],
  ])('does not agree with sshd -T that has %s', (_, dump) => {
    expect(effectiveCommand(start(OURS), OWN, {}, parseDump(dump)).agrees).toBe(false);
  });

  it('does not agree with sshd -T that has the value of a Match block for somebody else', () => {
    const here = start('Match User bob\nAuthorizedKeysCommand /match\n');
    const dump = parseDump('authorizedkeyscommand /match\n');
    expect(effectiveCommand(here, OWN, { user: 'alice' }, dump).agrees).toBe(false);
  });

  it('believes sshd -T, and does not agree, where that has another of the lines that hold', () => {
    const here = start(`${OURS}Match User alice\nAuthorizedKeysCommand /match\n`);
    const dump = parseDump(
      `authorizedkeyscommand ${DEB_COMMAND_PATH} %u %f\nauthorizedkeyscommanduser ec2-instance-connect\n`,
    );
    const found = effectiveCommand(here, OWN, { user: 'alice' }, dump);
    expect(found).toMatchObject({ command: `${DEB_COMMAND_PATH} %u %f`, agrees: false });
  });

  it('agrees with sshd -T that has none where no line sets it', () => {
    const dump = parseDump('authorizedkeyscommand none\nauthorizedkeyscommanduser none\n');
    expect(effectiveCommand(start(''), OWN, {}, dump)).toStrictEqual({
      ours: false,
      chained: false,
      works: false,
      passesUser: false,
      passesFingerprint: false,
      passes: [],
      agrees: true,
    });
  });

  it('has the statement of its user, whose value is the first argument', () => {
    const config = 'AuthorizedKeysCommand /x "%u" # a\nAuthorizedKeysCommandUser "nobody" # b\n';
    expect(effectiveCommand(start(config), OWN)).toMatchObject({
      command: '/x "%u" # a',
      user: 'nobody',
      setting: { place: { line: 1 } },
      userSetting: { place: { line: 2 } },
    });
  });

  it('is not that of another keyword in a Match block', () => {
    const here = start(`${OURS}Match User alice\nBanner /banner\n`);
    expect(effectiveCommand(here, OWN, { user: 'alice' }).ours).toBe(true);
  });

  it('is that outside of a Match block that only sshd can judge, as far as the files tell', () => {
    const here = start(`${OURS}Match Address 10.0.0.0/8\nAuthorizedKeysCommand /match\n`);
    expect(effectiveCommand(here, OWN, { user: 'alice' })).toMatchObject({ ours: true });
  });

  describe('where a Match block is one that only sshd can judge,', () => {
    const block = 'Match Address 10.0.0.0/8\nAuthorizedKeysCommand';
    it.each([
      ['the block', `${block} /match\n`, '/match', true, 2],
      ['the line outside', `AuthorizedKeysCommand /x\n${block} /match\n`, '/x', true, 1],
      ['the line outside, of two alike', `AuthorizedKeysCommand /x\n${block} /x\n`, '/x', true, 1],
      ['none', `${block} /match\n`, 'none', true, undefined],
      ['none, as the line says', 'AuthorizedKeysCommand NONE\n', 'none', true, 1],
    ])('agrees with sshd -T that has %s', (_, config, dumped, agrees, line) => {
      const dump = parseDump(`authorizedkeyscommand ${dumped}\n`);
      const found = effectiveSetting(start(config), 'authorizedkeyscommand', { user: 'a' }, dump);
      expect([found.agrees, found.setting?.place.line]).toEqual([agrees, line]);
    });
  });

  it('does not agree with sshd -T that has a user for it, which no line gives', () => {
    const dump = parseDump('authorizedkeyscommand none\nauthorizedkeyscommanduser nobody\n');
    expect(effectiveCommand(start(''), OWN, {}, dump)).toMatchObject({
      user: 'nobody',
      agrees: false,
    });
  });

  it('leaves the default of another keyword to sshd -T', () => {
    const dump = parseDump('pubkeyauthentication yes\n');
    expect(effectiveSetting(start(''), 'pubkeyauthentication', {}, dump)).toStrictEqual({
      value: 'yes',
      agrees: true,
    });
  });
});

describe('the starts of sshd', () => {
  it('are that of an init script where no unit starts it, with its options', () => {
    const tree = fixedTree({
      '/etc/ssh/sshd_config': '',
      '/etc/default/ssh': 'SSHD_OPTS="-o AuthorizedKeysCommand=/x"\n',
    });
    const [only] = readModel(tree, undefined).starts;
    expect(only?.unit).toBeUndefined();
    expect(only && effectiveCommand(only, OWN)).toMatchObject({
      command: '/x',
      setting: { place: { path: '/etc/default/ssh', line: 1 } },
    });
  });

  it('name the line of the file that an option comes from', () => {
    const tree = fixedTree({
      '/etc/ssh/sshd_config': '',
      '/etc/default/ssh': '# here\nSSHD_OPTS="-o AuthorizedKeysCommand=/x"\n',
      '/lib/systemd/system/ssh.service':
        '[Service]\nEnvironmentFile=-/etc/default/ssh\nExecStart=/usr/sbin/sshd -D $SSHD_OPTS\n',
    });
    const [only] = readModel(tree, undefined).starts;
    expect(only && effectiveCommand(only, OWN).setting).toMatchObject({
      unit: 'ssh.service',
      place: { path: '/etc/default/ssh', line: 2 },
    });
  });

  it("take options with a variable that nothing sets, at the unit's line", () => {
    const here = start('', '/usr/sbin/sshd -o Port -o "" -oAuthorizedKeysCommand=/x${UNSET}');
    expect(here.settings).toMatchObject([
      { keyword: 'authorizedkeyscommand', value: '/x', place: { line: 2 }, unit: 'ssh.service' },
    ]);
    expect(here.settings).toHaveLength(1);
  });

  it('take quotes within the value of a variable as systemd and then its unit do', () => {
    const tree = fixedTree({
      '/etc/ssh/sshd_config': '',
      '/etc/default/ssh': 'SSHD_OPTS=-D -o "AuthorizedKeysCommand /x %u" -4\n',
      '/lib/systemd/system/ssh.service':
        '[Service]\nEnvironmentFile=-/etc/default/ssh\nExecStart=/usr/sbin/sshd $SSHD_OPTS\n',
    });
    const [only] = readModel(tree, undefined).starts;
    expect(only && effectiveCommand(only, OWN).command).toBe('/x %u');
  });

  it('have all options of an init script, whatever blanks stand around them', () => {
    const tree = fixedTree({
      '/etc/ssh/sshd_config': '',
      '/etc/default/ssh': 'SSHD_OPTS="  -D   -o  AuthorizedKeysCommand=/x "\n',
      '/etc/sysconfig/sshd': 'OPTIONS="-o Banner=/y"\n',
    });
    const [only] = readModel(tree, undefined).starts;
    expect(only?.settings.map(({ keyword, value }) => [keyword, value])).toEqual([
      ['authorizedkeyscommand', '/x'],
      ['banner', '/y'],
    ]);
  });

  it.each([
    ['another program that is told about sshd', '[Service]\nExecStart=/usr/bin/pkill sshd\n'],
    ['sshd in a section of its own', '[X-Other]\nExecStart=/usr/sbin/sshd -D\n'],
    ['none in force', '[Service]\nExecStart=/usr/sbin/sshd -D\nExecStart=\n'],
  ])('are not those units with %s', (_, text) => {
    const tree = fixedTree({
      '/etc/ssh/sshd_config': '',
      '/lib/systemd/system/ssh-other.service': text,
    });
    const model = readModel(tree, undefined);
    expect([model.problems, model.starts.map(({ unit }) => unit?.name)]).toEqual([[], [undefined]]);
  });

  it('are not those units whose programs are only called alike', () => {
    const tree = fixedTree({
      '/etc/ssh/sshd_config': '',
      '/lib/systemd/system/sshd-keygen.service':
        '[Service]\nExecStart=/usr/sbin/sshd-keygen rsa\nExecStart=/usr/sbin/sshd-keygen ecdsa\n',
    });
    const model = readModel(tree, undefined);
    expect([model.problems, model.starts[0]?.unit]).toEqual([[], undefined]);
  });

  it.each([
    ['two commands', 'ExecStart=/usr/sbin/sshd -D ; /bin/true'],
    ['two lines', 'ExecStart=/bin/true\nExecStart=/usr/sbin/sshd -D'],
    ['an open quote', 'ExecStart=/usr/sbin/sshd "-D'],
  ])('are a problem, not a guess, for a unit with %s', (_, lines) => {
    const tree = fixedTree({
      '/etc/ssh/sshd_config': '',
      '/lib/systemd/system/ssh.service': `[Service]\n${lines}\n`,
    });
    const model = readModel(tree, undefined);
    expect(model.starts).toEqual([]);
    expect(model.problems[0]?.place.path).toBe('/lib/systemd/system/ssh.service');
    expect(model.problems[0]?.detail).toContain('ssh.service');
  });
});
