import { describe, expect, it } from 'vitest';
import { fixture } from '../../fixtures/sshd/fixture.ts';
import { renderResult, renderStatus } from '../../../src/cli/sshd-report.ts';
import { adopt } from '../../../src/sshd/adopt.ts';
import { disable } from '../../../src/sshd/disable.ts';
import { JOURNAL_PATH, RECORD_PATH, UNMANAGED_PATH } from '../../../src/sshd/edges.ts';
import { enable } from '../../../src/sshd/enable.ts';
import {
  DEB_COMMAND_PATH,
  ownCommand,
  RPM_COMMAND_PATH,
} from '../../../src/sshd/model/effective.ts';
import { publicFile } from '../../../src/sshd/plan/image.ts';
import { status } from '../../../src/sshd/status.ts';
import { MemoryHost, PowerFailure } from './memory-host.ts';

const OTHER = '/usr/bin/sss_ssh_authorizedkeys';
const OTHER_LINES = `AuthorizedKeysCommand ${OTHER} %u\nAuthorizedKeysCommandUser nobody\n`;
const MAIN = '/etc/ssh/sshd_config';
const OWN = ownCommand(DEB_COMMAND_PATH);
const COMMANDS = { enable, disable, adopt };

const HOSTS = [
  ['amazon-linux-2023', '8.7p1', RPM_COMMAND_PATH],
  ['rhel-8', '8.0p1', RPM_COMMAND_PATH],
  ['rhel-9', '8.7p1', RPM_COMMAND_PATH],
  ['ubuntu-16.04', '7.2p2', DEB_COMMAND_PATH],
  ['ubuntu-18.04', '7.6p1', DEB_COMMAND_PATH],
  ['ubuntu-20.04', '8.2p1', DEB_COMMAND_PATH],
  ['ubuntu-24.04', '9.6p1', DEB_COMMAND_PATH],
  ['debian-13', '10.0p2', DEB_COMMAND_PATH],
] as const;

function host(name = 'debian-13', own = DEB_COMMAND_PATH): MemoryHost {
  const release = HOSTS.find(([each]) => each === name)?.[1] ?? '9.2p1';
  return new MemoryHost(fixture(name), release, [own, OTHER]);
}

function append(machine: MemoryHost, path: string, text: string): void {
  const now = machine.images.get(path);
  const before = now?.type === 'file' ? now.text : '';
  machine.images.set(path, publicFile(before + text));
}

function withOther(name?: string, own?: string): MemoryHost {
  const machine = host(name, own);
  append(machine, MAIN, OTHER_LINES);
  return machine;
}

describe.each(HOSTS)('%s with OpenSSH %s', (name, _, own) => {
  it('is enabled and disabled without a trace', () => {
    const machine = host(name, own);
    const before = machine.snapshot();
    expect(enable(machine.edges())).toMatchObject({ outcome: 'done', exitCode: 0 });
    expect(machine.command()).toBe(`${own} %u %f`);
    expect(enable(machine.edges())).toMatchObject({ outcome: 'unchanged', exitCode: 0 });
    expect(disable(machine.edges())).toMatchObject({ outcome: 'done', exitCode: 0 });
    expect(machine.snapshot()).toEqual(before);
    expect(machine.images.has(RECORD_PATH)).toBe(false);
  });

  it('runs another command in the chain after adopt, and disable restores it', () => {
    const machine = withOther(name, own);
    const before = machine.snapshot();
    expect(adopt(machine.edges())).toMatchObject({ outcome: 'done', exitCode: 0 });
    expect(machine.command()).toBe(`${own} %u %f`);
    const chain = '/etc/ec2-instance-connect/authorized-keys-command.d/50-sss_ssh_authorizedkeys';
    expect(machine.images.get(chain)).toEqual({ type: 'link', target: OTHER });
    expect(machine.images.get(`${chain}.args`)).toMatchObject({ text: '%u\n' });
    expect(adopt(machine.edges()).outcome).toBe('unchanged');
    expect(disable(machine.edges()).outcome).toBe('done');
    expect(machine.snapshot()).toEqual(before);
  });

  it.each(['enable', 'disable', 'adopt'] as const)(
    'survives a power failure in front of every step of %s',
    (command) => {
      const begin = (): MemoryHost => {
        const machine = command === 'enable' ? host(name, own) : withOther(name, own);
        if (command === 'disable') adopt(machine.edges());
        return machine;
      };
      const wanted = begin();
      expect(COMMANDS[command](wanted.edges()).outcome).toBe('done');
      let failures = 0;
      for (let step = 0; ; step++) {
        const machine = begin();
        try {
          COMMANDS[command](machine.edges(step));
          break;
        } catch (error) {
          expect(error).toBeInstanceOf(PowerFailure);
          failures++;
        }
        expect(machine.accepts(), `after step ${step}`).toBe(true);
        COMMANDS[command](machine.edges());
        expect(machine.snapshot(), `after step ${step}`).toEqual(wanted.snapshot());
        expect(machine.images.has(JOURNAL_PATH)).toBe(false);
        // What was finished after a failure can be taken back as a whole.
        const first = command === 'enable' ? host(name, own) : withOther(name, own);
        disable(machine.edges());
        expect(machine.snapshot(), `back from step ${step}`).toEqual(first.snapshot());
      }
      expect(failures).toBeGreaterThan(4);
    },
  );
});

describe('enable', () => {
  it.each([
    ['other-command', OTHER_LINES],
    ['command-disabled', 'AuthorizedKeysCommand none\n'],
    ['command-in-match', `Match all\n${OTHER_LINES}`],
    // Its command would run as the user of ours.
    ['command-in-match', `Match User git\nAuthorizedKeysCommand ${OTHER} %u\n`],
    ['configuration-not-understood', 'Banner "open\n'],
    ['configuration-invalid', `AuthorizedKeysCommand ${DEB_COMMAND_PATH} %u\n`],
  ])('refuses with %s and changes nothing', (reason, lines) => {
    const machine = host();
    append(machine, MAIN, lines);
    const before = machine.snapshot();
    expect(enable(machine.edges())).toMatchObject({ outcome: 'refused', reason, exitCode: 1 });
    expect(machine.snapshot()).toEqual(before);
    expect(enable(machine.edges(), { fromPackage: true }).exitCode).toBe(0);
  });

  it('leaves a command in a Match block to its users, wires the others and lists it', () => {
    const machine = host();
    append(machine, MAIN, `Match User git\n${OTHER_LINES}`);
    const before = machine.snapshot();
    const result = enable(machine.edges(), { fromPackage: true });
    expect(result).toMatchObject({ outcome: 'done', exitCode: 0 });
    expect(result.conflicts).toMatchObject([{ reason: 'command-in-match', user: 'nobody' }]);
    expect(renderResult(result, OWN).stdout).toMatch(/^stays as it is: .*Match User git\)$/m);
    const found = status(machine.edges());
    expect(found).toMatchObject({ effective: true, matches: [{ ours: false }] });
    expect(renderStatus(found)).toMatch(
      /^pushed keys are accepted by sshd, except for the users of\n  Match User git \(\/etc\/ssh\/sshd_config:\d+\)\n/,
    );
    expect(disable(machine.edges()).outcome).toBe('done');
    expect(machine.snapshot()).toEqual(before);
  });

  it('takes none in a Match block for what it is: no command for these users', () => {
    const machine = host();
    append(machine, MAIN, 'Match User git\nAuthorizedKeysCommand none\n');
    expect(enable(machine.edges()).outcome).toBe('done');
  });

  it('refuses where the program, sshd or the user is missing', () => {
    const without = (path: string): unknown => {
      const edges = host().edges();
      const unsafeProgram = (each: string): string | undefined =>
        each === path ? 'missing' : edges.unsafeProgram(each);
      return enable({ ...edges, unsafeProgram }).reason;
    };
    expect(without('/usr/sbin/sshd')).toBe('sshd-missing');
    expect(without(DEB_COMMAND_PATH)).toBe('program-missing');
    expect(enable({ ...host().edges(), account: () => undefined }).reason).toBe(
      'command-user-missing',
    );
  });

  it('refuses an ordinary user and a second run at the same time', () => {
    expect(enable({ ...host().edges(), isRoot: false }).reason).toBe('not-root');
    const edges = host().edges();
    edges.lock();
    expect(enable(edges).reason).toBe('busy');
  });

  it('refuses a file in the way and a folder that others can write', () => {
    const machine = host();
    append(machine, '/etc/ssh/sshd_config.d/90-ec2-instance-connect.conf', '# mine\n');
    expect(enable(machine.edges()).reason).toBe('path-taken');
    const edges = host().edges();
    expect(enable({ ...edges, unsafeFolder: () => 'unsafe' }).reason).toBe('folder-unsafe');
  });

  it('takes everything back when sshd rejects it, and when it has no effect', () => {
    const machine = host();
    const before = machine.snapshot();
    const edges = machine.edges();
    let calls = 0;
    const rejecting: typeof edges = {
      ...edges,
      run: (argv) =>
        argv[1] === '-t' && calls++ > 1
          ? { status: 255, stdout: '', stderr: 'bad words' }
          : edges.run(argv),
    };
    expect(enable(rejecting)).toMatchObject({
      reason: 'configuration-rejected',
      detail: 'bad words',
    });
    expect(machine.snapshot()).toEqual(before);
    const without: typeof edges = {
      ...edges,
      run: (argv) =>
        argv[1] === '-T'
          ? { status: 0, stdout: 'authorizedkeyscommand /other\n', stderr: '' }
          : edges.run(argv),
    };
    expect(enable(without).reason).toBe('not-effective');
    expect(machine.snapshot()).toEqual(before);
    expect(machine.images.has(JOURNAL_PATH)).toBe(false);
  });

  it('takes everything back when sshd -T has a user that no line gives', () => {
    const machine = host();
    const before = machine.snapshot();
    const edges = machine.edges();
    const stdout = `authorizedkeyscommand ${DEB_COMMAND_PATH} %u %f\nauthorizedkeyscommanduser x\n`;
    const run: typeof edges.run = (argv) =>
      argv[1] === '-T' ? { status: 0, stdout, stderr: '' } : edges.run(argv);
    expect(enable({ ...edges, run }).reason).toBe('not-effective');
    expect(machine.snapshot()).toEqual(before);
  });

  it('writes nothing for a dry run and shows the diff', () => {
    const machine = host();
    const before = machine.snapshot();
    const result = enable(machine.edges(0), { dryRun: true });
    expect(result.changes.map(({ diff }) => diff).join('')).toContain('+AuthorizedKeysCommandUser');
    expect(machine.snapshot()).toEqual(before);
  });

  it('leaves sshd alone for a package where the administrator said so', () => {
    const machine = host();
    append(machine, UNMANAGED_PATH, '');
    expect(enable(machine.edges(), { fromPackage: true }).outcome).toBe('left-alone');
    expect(enable(machine.edges()).outcome).toBe('done');
    expect(disable(machine.edges(), { fromPackage: true }).outcome).toBe('left-alone');
  });

  it("follows a new command line of sshd's own unit with its drop-in", () => {
    const machine = host('ubuntu-18.04');
    enable(machine.edges());
    const unit = '/lib/systemd/system/ssh.service';
    const image = machine.images.get(unit);
    if (image?.type !== 'file') throw new Error('no unit');
    machine.images.set(unit, { ...image, text: image.text.replace('sshd -D', 'sshd -D -4') });
    expect(enable(machine.edges()).outcome).toBe('done');
    expect(
      machine.images.get('/etc/systemd/system/ssh.service.d/zz-ec2-instance-connect.conf'),
    ).toMatchObject({ text: expect.stringContaining('-D -4 $SSHD_OPTS') as string });
    disable(machine.edges());
    expect(machine.images.has('/etc/systemd/system/ssh.service.d')).toBe(false);
  });
});

describe('disable', () => {
  const PATH = '/etc/ssh/sshd_config.d/00-ec2-instance-connect-alice.conf';
  const BLOCK = `Match User alice\nAuthorizedKeysCommand ${DEB_COMMAND_PATH} %u %f\nAuthorizedKeysCommandUser ec2-instance-connect\nMatch all\n`;

  it('removes the file that verify-install has somebody paste for one user', () => {
    const machine = host();
    const before = machine.snapshot();
    append(machine, PATH, BLOCK);
    expect(disable(machine.edges(), { dryRun: true }).changes).toMatchObject([
      { path: PATH, action: 'remove' },
    ]);
    expect(disable(machine.edges())).toMatchObject({ outcome: 'done', exitCode: 0 });
    expect(machine.snapshot()).toEqual(before);
  });

  it.each([`${BLOCK}# mine\n`, BLOCK.replace('AuthorizedKeysCommandUser', 'PrintMotd no\n$&')])(
    'leaves that file where it was edited, and says that it is still set',
    (text) => {
      const machine = host();
      append(machine, PATH, text);
      const before = machine.snapshot();
      const left = { outcome: 'failed', reason: 'still-set', exitCode: 1 };
      expect(disable(machine.edges(), { dryRun: true })).toMatchObject(left);
      expect(disable(machine.edges())).toMatchObject(left);
      expect(machine.snapshot()).toEqual(before);
    },
  );
});

describe('adopt', () => {
  it.each([
    ['tokens-not-supported', 'AuthorizedKeysCommand /usr/bin/sss_ssh_authorizedkeys %u %C\n'],
    ['helper-unsafe', 'AuthorizedKeysCommand /usr/bin/missing %u\n'],
    ['command-malformed', `AuthorizedKeysCommand ${OTHER} 'a\n`],
  ])('refuses with %s and changes nothing', (reason, line) => {
    const machine = host('debian-11');
    append(machine, MAIN, `${line}AuthorizedKeysCommandUser nobody\n`);
    const before = machine.snapshot();
    // Debian 11's sshd takes the quote as a character.
    expect(adopt({ ...machine.edges(), run: oldRelease(machine) })).toMatchObject({ reason });
    expect(machine.snapshot()).toEqual(before);
  });

  it('refuses several commands, since each spoke for another sshd', () => {
    const machine = withOther();
    const unit = machine.images.get('/usr/lib/systemd/system/sshd@.service');
    if (unit?.type !== 'file') throw new Error('no unit');
    const text = unit.text.replace(
      '-i',
      '-i -o "AuthorizedKeysCommand /b" -o AuthorizedKeysCommandUser=b',
    );
    machine.images.set('/usr/lib/systemd/system/sshd@.service', { ...unit, text });
    expect(adopt(machine.edges()).reason).toBe('commands-differ');
  });

  it.each([
    ['nobody', 'key\n', 'key\n', 'done'],
    ['nobody', '', '', 'done'],
    ['nobody', 'key\n', '', 'helper-needs-its-user'],
    ['root', 'key\n', 'key\n', 'done'],
    ['root', 'key\n', '', 'helper-needs-its-user'],
    ['root', '', '', 'helper-needs-its-user'],
  ])('with a helper of %s that answers %j, and %j as our user: %s', (user, its, ours, expected) => {
    const machine = host();
    append(machine, MAIN, OTHER_LINES.replace('nobody', user));
    const edges = machine.edges();
    const run: typeof edges.run = (argv, options) => {
      if (argv[0] === 'getent')
        return { status: 0, stdout: 'root:x:0:0::/root:/bin/sh\n', stderr: '' };
      if (argv[0] !== OTHER) return edges.run(argv);
      return { status: 0, stdout: options?.uid === 999 ? ours : its, stderr: '' };
    };
    const account: typeof edges.account = (name) =>
      name === 'ec2-instance-connect' ? { uid: 999, gid: 999 } : { uid: 1, gid: 1 };
    const result = adopt({ ...edges, run, account });
    expect(result.reason ?? result.outcome).toBe(expected);
  });

  it.each([
    ['/usr/local/bin/opkssh verify %u %k %t', 'k=%k t=%t', 'verify %u %k %t'],
    ['/opt/gitlab/check git %u %k', 'k=%k', 'git %u %k'],
    [
      '/usr/local/bin/gitea keys -e git -u %u -t %t -k %k',
      'k=%k t=%t',
      'keys -e git -u %u -t %t -k %k',
    ],
    ['/opt/h %h %U', 'h=%h U=%U', '%h %U'],
  ])('asks sshd for what %s needs, and keeps it so', (command, tokens, template) => {
    const [program = ''] = command.split(' ');
    const machine = new MemoryHost(fixture('debian-13'), '10.0p2', [DEB_COMMAND_PATH, program]);
    append(machine, MAIN, `AuthorizedKeysCommand ${command}\nAuthorizedKeysCommandUser nobody\n`);
    const before = machine.snapshot();
    expect(adopt(machine.edges())).toMatchObject({ outcome: 'done' });
    expect(machine.command()).toBe(`${DEB_COMMAND_PATH} %u %f ${tokens}`);
    const files = [...machine.images].filter(([path]) => path.endsWith('.args'));
    expect(files).toMatchObject([[expect.anything(), { text: `${template}\n` }]]);
    expect(adopt(machine.edges()).outcome).toBe('unchanged');
    expect(enable(machine.edges()).outcome).toBe('unchanged');
    expect(disable(machine.edges()).outcome).toBe('done');
    expect(machine.snapshot()).toEqual(before);
  });

  it('lets userdbctl run ours itself, as the next command of its chain', () => {
    const machine = userdb(' --chain');
    const before = machine.snapshot();
    expect(adopt(machine.edges())).toMatchObject({ outcome: 'done' });
    expect(machine.command()).toBe(`${USERDBCTL} --chain ${DEB_COMMAND_PATH} %u %f`);
    expect(status(machine.edges())).toMatchObject({
      effective: true,
      starts: [{ ours: true, chained: true, works: true, commandUser: 'root' }, {}],
      helpers: [],
    });
    expect(adopt(machine.edges()).outcome).toBe('unchanged');
    expect(enable(machine.edges()).outcome).toBe('unchanged');
    expect(disable(machine.edges()).outcome).toBe('done');
    expect(machine.snapshot()).toEqual(before);
  });

  it('does not write a chain that this userdbctl does not know', () => {
    const machine = userdb('');
    expect(adopt(machine.edges()).reason).toBe('helper-needs-its-user');
  });

  it('is not needed where a person has written the chain', () => {
    const machine = userdb(' --chain');
    append(
      machine,
      '/etc/ssh/sshd_config.d/10-mine.conf',
      `AuthorizedKeysCommand ${USERDBCTL} --chain ${DEB_COMMAND_PATH} %u %f\n`,
    );
    const before = machine.snapshot();
    expect(enable(machine.edges()).outcome).toBe('unchanged');
    expect(machine.snapshot()).toEqual(before);
  });

  it('wires the others and fails where a Match block keeps its command, with lines for both', () => {
    const machine = host();
    append(machine, MAIN, `Match User git\n${OTHER_LINES}`);
    for (const changes of [2, 0]) {
      const result = adopt(machine.edges());
      expect(result).toMatchObject({ outcome: 'failed', reason: 'command-in-match', exitCode: 1 });
      expect(result.changes).toHaveLength(changes);
      const { stderr } = renderResult(result, OWN);
      expect(stderr).toContain(`  ${OTHER} "$@" || :\n  exec ${DEB_COMMAND_PATH} "$u" "$f"\n`);
      expect(stderr).toContain('  AuthorizedKeysCommand /usr/local/sbin/both-keys %u %f %u\n');
    }
    expect(machine.images.has('/etc/ec2-instance-connect')).toBe(false);
  });

  it.each([
    ['try-user-unknown', { tryUsers: ['nosuch'] }],
    ['try-key-unreadable', { tryKeys: ['/nonexistent'] }],
  ])('refuses with %s, also where nothing is to be tried', (reason, options) => {
    const machine = host();
    enable(machine.edges());
    const edges = machine.edges();
    const run: typeof edges.run = (argv) =>
      argv[0] === 'getent' ? { status: 2, stdout: '', stderr: '' } : edges.run(argv);
    expect(adopt({ ...edges, run }, options)).toMatchObject({ reason, exitCode: 1 });
  });
});

const USERDBCTL = '/usr/bin/userdbctl ssh-authorized-keys %u';

/** A Debian 13 with systemd-userdbd, whose userdbctl has these options. */
function userdb(help: string): MemoryHost {
  const programs = [DEB_COMMAND_PATH, '/usr/bin/userdbctl'];
  const machine = new MemoryHost(fixture('debian-13'), '10.0p2', programs);
  machine.help = help;
  machine.images.set('/etc/ssh/sshd_config.d', { type: 'directory', mode: 0o755 });
  const path = '/etc/ssh/sshd_config.d/20-systemd-userdb.conf';
  append(machine, path, `AuthorizedKeysCommand ${USERDBCTL}\nAuthorizedKeysCommandUser root\n`);
  return machine;
}

describe('enable', () => {
  it('asks sshd for the tokens of helpers that an administrator put there, once it is run again', () => {
    const machine = host();
    enable(machine.edges());
    const helper = '/etc/ec2-instance-connect/authorized-keys-command.d/10-mine';
    append(machine, helper, '');
    append(machine, `${helper}.args`, '%u %t %C\n');
    expect(enable(machine.edges()).outcome).toBe('done');
    expect(machine.command()).toBe(`${DEB_COMMAND_PATH} %u %f t=%t C=%C`);
  });

  it('never writes a token that this sshd does not fill, for it would end each login', () => {
    const machine = host('ubuntu-22.04');
    const helper = '/etc/ec2-instance-connect/authorized-keys-command.d/10-mine';
    append(machine, helper, '');
    append(machine, `${helper}.args`, '%u %t %C\n');
    expect(enable(machine.edges()).outcome).toBe('done');
    expect(machine.command()).toBe(`${DEB_COMMAND_PATH} %u %f t=%t`);
  });
});

describe('disable', () => {
  it.each([
    `${DEB_COMMAND_PATH} %u %f`,
    `"${DEB_COMMAND_PATH}" %u`,
    `${USERDBCTL} --chain ${DEB_COMMAND_PATH} %u %f`,
  ])('fails where a person has set %s, which it leaves, and names the line', (command) => {
    const machine = host();
    const path = '/etc/ssh/sshd_config.d/10-mine.conf';
    append(
      machine,
      path,
      `AuthorizedKeysCommand ${command}\nAuthorizedKeysCommandUser ec2-instance-connect\n`,
    );
    expect(disable(machine.edges())).toMatchObject({ reason: 'still-set', detail: `${path}:1` });
    expect(machine.images.has(path)).toBe(true);
  });

  it('does nothing where nothing was written', () => {
    expect(disable(host().edges())).toMatchObject({ outcome: 'unchanged', exitCode: 0 });
  });

  it('leaves an edited file alone, names it, and goes on when it is gone', () => {
    const machine = host();
    enable(machine.edges());
    const path = '/etc/ssh/sshd_config.d/90-ec2-instance-connect.conf';
    append(machine, path, '# mine\n');
    const edited = machine.snapshot();
    const result = disable(machine.edges());
    expect(result).toMatchObject({ outcome: 'failed', reason: 'edited-since', leftAlone: [path] });
    expect(disable(machine.edges()).reason).toBe('edited-since');
    expect(machine.snapshot()).toEqual(edited);
    machine.images.delete(path);
    expect(disable(machine.edges())).toMatchObject({ outcome: 'done', exitCode: 0 });
  });

  it('takes our lines alone out of a main file that was edited since', () => {
    const machine = withOther('ubuntu-18.04');
    adopt(machine.edges());
    append(machine, MAIN, 'PrintLastLog no\n');
    expect(disable(machine.edges()).outcome).toBe('done');
    const main = machine.images.get(MAIN);
    expect(main?.type === 'file' && main.text).toMatch(/nobody\nPrintLastLog no\n$/);
    expect(machine.command()).toBe(`${OTHER} %u`);
  });

  it.each([RECORD_PATH, JOURNAL_PATH])('refuses to guess when %s cannot be read', (path) => {
    const machine = host();
    enable(machine.edges());
    append(machine, path, '{');
    expect(disable(machine.edges()).reason).toMatch(/^(record|journal)-unreadable$/);
  });
});

describe('status', () => {
  it('tells what is effective, where, and what was written', () => {
    const machine = withOther();
    expect(status(machine.edges())).toMatchObject({
      effective: false,
      starts: [{ command: `${OTHER} %u`, commandUser: 'nobody', setAt: { path: MAIN } }, {}],
      wiring: null,
    });
    adopt(machine.edges());
    expect(status(machine.edges())).toMatchObject({
      effective: true,
      wiring: { mode: 'adopt', kinds: ['configuration-file'] },
      helpers: [{ path: expect.stringMatching(/50-sss/) as string }],
    });
  });

  it.each([
    ['another command', '/elsewhere %u', false],
    ['ours', `${DEB_COMMAND_PATH} %u %f`, true],
  ])(
    'believes sshd where sshd -T has %s, and says that the files say otherwise',
    (_, value, works) => {
      const machine = works ? withOther() : host();
      if (!works) enable(machine.edges());
      const edges = machine.edges();
      const stdout = `authorizedkeyscommand ${value}\nauthorizedkeyscommanduser nobody\n`;
      const run: typeof edges.run = (argv) =>
        argv[1] === '-T' ? { status: 0, stdout, stderr: '' } : edges.run(argv);
      const found = status({ ...edges, run });
      expect(found.starts[0]).toMatchObject({ command: value, works, agrees: false });
      expect(found.configured).toBe(works);
      expect(renderStatus(found)).toContain('as sshd -T reports it');
      expect(renderStatus(status(edges))).not.toContain('as sshd -T reports it');
    },
  );
});

function oldRelease(
  machine: MemoryHost,
): (argv: readonly string[]) => ReturnType<ReturnType<MemoryHost['edges']>['run']> {
  const { run } = machine.edges();
  return (argv) => {
    const ended = run(argv);
    return argv[1] === '-V' ? { ...ended, stderr: 'OpenSSH_8.4p1' } : ended;
  };
}

describe('a configuration that includes itself', () => {
  it.each(['enable', 'adopt'] as const)(
    'is refused by %s without a search for conflicts, and read in a few steps',
    (name) => {
      const machine = withOther();
      append(machine, MAIN, `Include ${MAIN} ${MAIN}\n`);
      const before = machine.snapshot();
      const edges = machine.edges();
      let reads = 0;
      const text = (path: string): string | undefined => {
        if (path === MAIN) reads++;
        return edges.tree.text(path);
      };
      const result = COMMANDS[name]({ ...edges, tree: { ...edges.tree, text } });
      expect(result).toMatchObject({
        outcome: 'refused',
        reason: 'configuration-not-understood',
        detail: expect.stringContaining('Include goes too deep') as string,
      });
      expect(result.conflicts).toEqual([]);
      expect(reads).toBeLessThan(200);
      expect(machine.snapshot()).toEqual(before);
    },
  );
});
