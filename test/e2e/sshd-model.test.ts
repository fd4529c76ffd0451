import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseDump } from '../../src/sshd/model/dump.ts';
import { DEB_COMMAND_PATH, effectiveCommand, ownCommand } from '../../src/sshd/model/effective.ts';
import { parseExecLine } from '../../src/sshd/model/exec-line.ts';
import { fixedTree, type FileTree } from '../../src/system/file-tree.ts';
import { readModel, type SshdStart } from '../../src/sshd/model/model.ts';
import { hasQuirk } from '../../src/sshd/model/quirks.ts';
import { parseVersion, type OpenSshVersion } from '../../src/sshd/model/version.ts';
import { QUIRK_FIXTURES } from '../fixtures/sshd/quirks.ts';
import { Machine } from '../roots/machine.ts';

const OWN = ownCommand(DEB_COMMAND_PATH);
const USER = 'AuthorizedKeysCommandUser nobody\n';

/** Files below /etc/ssh; every configuration is asked about the users root and daemon. */
const CONFIGURATIONS: readonly (readonly [title: string, files: Record<string, string>])[] = [
  ['nothing', { sshd_config: '' }],
  ['a command', { sshd_config: `AuthorizedKeysCommand /a %u\n${USER}` }],
  ['none', { sshd_config: `AuthorizedKeysCommand none\nAuthorizedKeysCommand /a\n${USER}` }],
  [
    'the first of two',
    { sshd_config: `AuthorizedKeysCommand /a\nAuthorizedKeysCommand /b\n${USER}` },
  ],
  ['an equals sign', { sshd_config: `AuthorizedKeysCommand=/a %u\n${USER.replace(' ', ' = ')}` }],
  ['odd white space', { sshd_config: `\t authorizedkeyscommand \t/a  %u \t\r\n${USER}` }],
  ['a quoted keyword', { sshd_config: `"AuthorizedKeysCommand" /a\n${USER}` }],
  [
    'a quoted user',
    { sshd_config: 'AuthorizedKeysCommand /a\nAuthorizedKeysCommandUser "nobody"\n' },
  ],
  [
    'an included file',
    { sshd_config: 'Include d/*.conf\n', 'd/a.conf': `AuthorizedKeysCommand /a\n${USER}` },
  ],
  [
    'included files in order',
    {
      sshd_config: `Include /etc/ssh/d/*.conf\nAuthorizedKeysCommand /main\n${USER}`,
      'd/b.conf': 'AuthorizedKeysCommand /b\n',
      'd/10.conf': 'AuthorizedKeysCommand /10\n',
      'd/9.conf': 'AuthorizedKeysCommand /9\n',
      'd/.hidden.conf': 'AuthorizedKeysCommand /hidden\n',
      'd/0.conf.bak': 'AuthorizedKeysCommand /bak\n',
    },
  ],
  [
    'an Include with two arguments',
    {
      sshd_config: `Include "d/z.conf" d/a.conf\n${USER}`,
      'd/a.conf': 'AuthorizedKeysCommand /a\n',
      'd/z.conf': 'AuthorizedKeysCommand /z\n',
    },
  ],
  [
    'nested Includes',
    {
      sshd_config: `Include d/a.conf\n${USER}`,
      'd/a.conf': 'Include d/b.conf\nAuthorizedKeysCommand /a\n',
      'd/b.conf': 'AuthorizedKeysCommand /b\n',
    },
  ],
  [
    'a Match for a user',
    {
      sshd_config: `AuthorizedKeysCommand /a\n${USER}Match User daemon\nAuthorizedKeysCommand /match\n`,
    },
  ],
  [
    'a Match with an equals sign',
    {
      sshd_config: `AuthorizedKeysCommand /a\n${USER}Match user=daemon\nAuthorizedKeysCommand /match\n`,
    },
  ],
  [
    'a Match for nobody else',
    {
      sshd_config: `AuthorizedKeysCommand /a\n${USER}Match User *,!root\nAuthorizedKeysCommand /match\n`,
    },
  ],
  [
    'a Match for a group',
    {
      sshd_config: `AuthorizedKeysCommand /a\n${USER}Match Group daemon\nAuthorizedKeysCommand /match\n`,
    },
  ],
  [
    'a Match for all',
    { sshd_config: `AuthorizedKeysCommand /a\n${USER}Match all\nAuthorizedKeysCommand /match\n` },
  ],
  [
    'the first of two Match blocks',
    {
      sshd_config: `${USER}Match User da*\nAuthorizedKeysCommand /1\nMatch User daemon\nAuthorizedKeysCommand /2\n`,
    },
  ],
  [
    'none in a Match',
    {
      sshd_config: `AuthorizedKeysCommand /a\n${USER}Match User daemon\nAuthorizedKeysCommand none\n`,
    },
  ],
  [
    'two criteria',
    {
      sshd_config: `AuthorizedKeysCommand /a\n${USER}Match User daemon Group root\nAuthorizedKeysCommand /match\n`,
    },
  ],
  [
    'a Match that ends with its file',
    {
      sshd_config: `Include d/a.conf\nAuthorizedKeysCommand /main\n${USER}`,
      'd/a.conf': 'Match User daemon\nPermitTTY no\n',
    },
  ],
  [
    'an Include inside of a Match',
    {
      sshd_config: `AuthorizedKeysCommand /a\n${USER}Match User daemon\nInclude d/a.conf\nMatch all\n`,
      'd/a.conf': 'AuthorizedKeysCommand /included\n',
    },
  ],
  [
    'a Match inside of an Include inside of a Match',
    {
      sshd_config: `AuthorizedKeysCommand /a\n${USER}Match User root\nInclude d/a.conf\n`,
      'd/a.conf': 'Match User daemon\nAuthorizedKeysCommand /never\n',
    },
  ],
];

/** Drop-ins of ssh.service, in folders of different rank. */
const UNITS: readonly (readonly [title: string, files: Record<string, string>])[] = [
  ['no drop-in', {}],
  [
    'an -o with a quoted value',
    {
      '/etc/systemd/system/ssh.service.d/a.conf':
        '[Service]\nExecStart=\nExecStart=/usr/sbin/sshd -D -o "AuthorizedKeysCommand /unit %%u" -o AuthorizedKeysCommandUser=nobody $SSHD_OPTS\n',
    },
  ],
  [
    'two folders and the order of the names',
    {
      '/etc/systemd/system/ssh.service.d/50-a.conf':
        '[Service]\nExecStart=\nExecStart=/usr/sbin/sshd -D -o A=etc\n',
      '/run/systemd/system/ssh.service.d/60-b.conf':
        '[Service]\nExecStart=\nExecStart=/usr/sbin/sshd -D -o B=run\n',
    },
  ],
  [
    'a file of the same name that hides another',
    {
      '/etc/systemd/system/ssh.service.d/a.conf':
        '[Service]\nExecStart=\nExecStart=/usr/sbin/sshd -D -o A=etc\n',
      '/run/systemd/system/ssh.service.d/a.conf':
        '[Service]\nExecStart=\nExecStart=/usr/sbin/sshd -D -o B=run\n',
    },
  ],
  [
    "the alias's folder, continuation, comments and escapes",
    {
      '/etc/systemd/system/sshd.service.d/a.conf':
        '[Service]\nExecStart=\nExecStart=-/usr/sbin/sshd \\\n# comment\n  -D -o \'A=b c\' \\\n  -o D\\x3de -o "F=\\"g\\"" $$X\n',
    },
  ],
  [
    'a drop-in for every service',
    {
      '/etc/systemd/system/service.d/z.conf': '[Service]\nEnvironment=X=1\n',
      '/etc/systemd/system/ssh.service.d/b.conf':
        '[Service]\nExecStart=\nExecStart=/usr/sbin/sshd -D -e\n',
    },
  ],
];

describe.each(['bullseye', 'bookworm', 'trixie'] as const)('the model of %s', (root) => {
  let machine: Machine;
  let version: OpenSshVersion | undefined;
  let units: Record<string, string>;

  beforeAll(async () => {
    machine = await Machine.boot({ root });
    const { stdout, stderr } = await machine.run(['/usr/sbin/sshd', '-V']);
    version = parseVersion(stdout + stderr);
    const unit = '/lib/systemd/system/ssh.service';
    units = {
      [unit]: await machine.sh(`cat ${unit}`),
      '/etc/default/ssh': 'SSHD_OPTS=\n',
    };
    await machine.sh('mkdir -p /etc/ssh/d');
  });

  afterAll(async () => {
    await machine.stop();
  });

  function who(user: string): string {
    return `user=${user},host=h,addr=192.0.2.1,laddr=192.0.2.2,lport=22`;
  }

  /** Writes files below /etc/ssh, in place of the test before; returns them by their paths. */
  async function write(files: Readonly<Record<string, string>>): Promise<Record<string, string>> {
    const paths = Object.entries(files).map(([path, text]) => [`/etc/ssh/${path}`, text] as const);
    await machine.sh('rm -f /etc/ssh/d/* /etc/ssh/d/.h*');
    for (const [path, text] of paths) await machine.run(['/usr/bin/tee', path], text);
    return Object.fromEntries(paths);
  }

  function start(files: Record<string, string>): SshdStart {
    const links = { '/etc/systemd/system/sshd.service': '/lib/systemd/system/ssh.service' };
    const tree: FileTree = fixedTree({ '/etc/ssh/sshd_config': '', ...units, ...files }, links);
    const found = readModel(tree, version).starts.find((each) => each.unit?.name === 'ssh.service');
    if (found === undefined) throw new Error('no start');
    return found;
  }

  it.each(CONFIGURATIONS)('agrees with sshd -T on %s', async (_, files) => {
    const model = start(await write(files));
    for (const user of ['root', 'daemon']) {
      const groups = [user];
      const dump = parseDump(await machine.sh(`/usr/sbin/sshd -T -C ${who(user)}`));
      const { command, user: as } = effectiveCommand(model, OWN, { user, groups });
      expect([command ?? 'none', as ?? 'none'], user).toEqual([
        dump?.get('authorizedkeyscommand')?.[0],
        dump?.get('authorizedkeyscommanduser')?.[0],
      ]);
      expect(effectiveCommand(model, OWN, { user, groups }, dump).agrees).toBe(true);
    }
  });

  it.each(QUIRK_FIXTURES)('has or lacks $quirk as sshd does: $title', async (fixture) => {
    const { quirk, files, before, after, dumped } = fixture;
    await write(files);
    const { status, stdout } = await machine.run(['/usr/sbin/sshd', '-T', '-C', who('daemon')]);
    const dump = status === 0 ? parseDump(stdout) : undefined;
    const quirky = hasQuirk(version, quirk);
    const command = dump === undefined ? 'invalid' : dump.get('authorizedkeyscommand')?.[0];
    expect(command ?? 'none').toBe(quirky ? before : after);
    if (dumped !== undefined) {
      expect(command !== undefined).toBe(quirky ? dumped.before : dumped.after);
    }
  });

  it.each(UNITS)('agrees with systemd on %s', async (_, files) => {
    for (const [path, text] of Object.entries(files)) {
      await machine.sh(`mkdir -p ${path.slice(0, path.lastIndexOf('/'))}`);
      await machine.run(['/usr/bin/tee', path], text);
    }
    await machine.sh('systemctl daemon-reload');
    const exec = await machine.sh('systemctl show -p ExecStart --value ssh.service');
    const dropIns = await machine.sh('systemctl show -p DropInPaths --value ssh.service');
    const model = start(files);
    const line = parseExecLine(model.exec?.text ?? '');
    const argv = [line?.program, ...(line?.words.map((word) => word.replaceAll('%%', '%')) ?? [])];
    expect(/argv\[\]=(.*?) ; ignore_errors=/.exec(exec)?.[1]).toBe(argv.join(' '));
    expect(model.unit?.dropIns.join(' ')).toBe(dropIns.trim());
    await machine.sh(`rm -rf ${Object.keys(files).join(' ')} /x; systemctl daemon-reload`);
  });
});
