/**
 * Logins on a machine on which SELinux is enforcing, through the installed program in its own domain. Debian's
 * policy stands for the others: what is theirs alone is asked of linked policies (policy.test.ts).
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makePolicyModule } from '../../../scripts/package/selinux.ts';
import { HELPERS_DIRECTORY } from '../../../src/helpers/names.ts';
import type { Report } from '../../../src/verify-install/report.ts';
import { Rig } from '../../rig/rig.ts';
import type { CommandResult } from '../../rig/run.ts';
import type { SshKey } from '../../rig/ssh-key.ts';
import { Guest } from '../../vm/guest.ts';
import { discard, unpack } from '../packages.ts';

const HELPER = '/usr/share/ec2-instance-connect/eic_run_authorized_keys';
const UNIT = 'ec2-instance-connect-verify.service';
const UNIT_FILE = `/usr/lib/systemd/system/${UNIT}`;
const DOMAIN = 'ec2_instance_connect_t';
const CHAIN_DOMAIN = 'ec2_instance_connect_chain_t';
/** Runs in the program's domain in its place, for the user mallory. */
const PROBE = '/usr/lib/ec2-instance-connect/probe';

/** What a process in the domain tries, in Perl: no shell can run there. Everybody may do all of it outside. */
const ATTEMPTS = {
  'the metadata service': "reach(80, '169.254.169.254')",
  'the CA store': "open(my $file, '<', '/etc/ssl/certs/ca-certificates.crt')",
  'another port': "reach(22, '127.0.0.1')",
  'a file of no concern': "open(my $file, '<', '/usr/share/misc/probe')",
  'a new file': 'open(my $file, \'>\', "/var/tmp/probe-$$")',
  'a shell': "system('/bin/sh', '-c', ':') == 0",
  'writable code': 'syscall(9, 0, 4096, 7, 0x22, -1, 0) != -1',
} as const;

const PROBE_SCRIPT = `#!/usr/bin/perl
use Socket;
sub reach { my $s; socket($s, PF_INET, SOCK_STREAM, 0) && connect($s, pack_sockaddr_in($_[0], inet_aton($_[1]))) }
my @said;
${Object.entries(ATTEMPTS)
  .map(([name, attempt]) => `push @said, '${name}: ' . (${attempt} ? 'allowed' : 'denied');`)
  .join('\n')}
open(my $log, '|-', $ARGV[0] eq 'aloud' ? 'cat' : ('/usr/bin/logger', '-t', 'probe'));
print $log "$_\n" for @said;
`;

const SSHD_CONFIG = `AuthorizedKeysCommand ${HELPER} %u %f
AuthorizedKeysCommandUser ec2-instance-connect
Match User mallory
  AuthorizedKeysCommand ${PROBE}
  AuthorizedKeysCommandUser ec2-instance-connect
`;

let work: string;
let tree: string;
let rig: Rig;
let guest: Guest;
let ownKey: SshKey;

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'eic-selinux-'));
  tree = unpack('deb', 'x64');
  rig = await Rig.start({ program: '/bin/true' });
  ownKey = await rig.makeKey();
  guest = await Guest.boot(rig, {
    files: {
      '/usr/lib/ec2-instance-connect': { copy: join(tree, 'usr/lib/ec2-instance-connect') },
      [HELPER]: { copy: join(tree, HELPER) },
      '/usr/bin/ec2-instance-connect': { copy: join(tree, 'usr/bin/ec2-instance-connect') },
      [UNIT_FILE]: { copy: join(tree, UNIT_FILE) },
      '/etc/ssh/sshd_config.d/60-ec2-instance-connect.conf': SSHD_CONFIG,
      '/srv/root.pem': readFileSync(rig.namespace.path('/run/rig/root.pem'), 'utf8'),
      '/usr/share/misc/probe': 'readable for everybody\n',
      [PROBE]: PROBE_SCRIPT,
      [`${HELPERS_DIRECTORY}/own`]: `#!/bin/sh
[ "$1" = bob ] && echo '${ownKey.publicKey}'
tr -d '\\0' </proc/self/attr/current | logger -t own
`,
    },
    prepare: `useradd -r -M -d /nonexistent -s /usr/sbin/nologin ec2-instance-connect
for user in alice bob mallory; do useradd -m -s /bin/bash -p '*' $user; done
cat /srv/root.pem >>/etc/ssl/certs/ca-certificates.crt
chmod 755 ${PROBE} ${HELPERS_DIRECTORY}/own`,
    modules: [makePolicyModule(work), join(import.meta.dirname, 'probe.cil')],
  });
  // Debian forbids writable code to administrators too, which would leave nothing to compare with.
  await guest.root('setsebool allow_execmem on');
}, 900_000);

afterAll(async () => {
  await guest.stop();
  await rig.stop();
  discard(tree);
  rmSync(work, { recursive: true });
}, 60_000);

/**
 * Logs in, again where the program ran out of time: it waits a second for the metadata service, and an
 * emulated machine may need more while the one below it is busy.
 */
async function login(user: string, key: SshKey, push: boolean): Promise<CommandResult> {
  for (let tries = 1; ; tries++) {
    if (push) await rig.pushKey(user, key);
    const result = await guest.login(user, key, 'id -un');
    if (result.status === 0 || tries === 5) return result;
  }
}

/** What the journal holds of an identifier: message and the domain of the process that sent it. */
async function journal(identifier: string): Promise<readonly Entry[]> {
  const lines = await guest.root(`journalctl --quiet -b -o json -t ${identifier}`);
  return lines
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Entry);
}

interface Entry {
  readonly MESSAGE: string;
  readonly _SELINUX_CONTEXT?: string;
}

const domainOf = (entry: Entry | undefined): string | undefined =>
  entry?._SELINUX_CONTEXT?.split(':')[2];

/** Every access that was denied to a domain so far, once. */
async function denials(domain: string): Promise<readonly string[]> {
  const lines = await guest.root('journalctl --quiet -b -o cat _TRANSPORT=audit');
  const pattern =
    /denied {2}\{ (.*) \}.* scontext=[^:]+:[^:]+:([^:]+):\S+ tcontext=[^:]+:[^:]+:([^:]+):\S+ tclass=(\S+)/;
  const found = lines.split('\n').flatMap((line) => {
    const [, permissions, source, target, className] = pattern.exec(line) ?? [];
    return source === domain ? [`${target ?? ''}:${className ?? ''} ${permissions ?? ''}`] : [];
  });
  return [...new Set(found)].sort();
}

describe('on a machine with SELinux enforcing', { timeout: 400_000 }, () => {
  it('a pushed key logs in, and the program that accepted it ran in its own domain', async () => {
    expect(await guest.root('getenforce')).toBe('Enforcing\n');
    const result = await login('alice', await rig.makeKey(), true);
    expect(result).toMatchObject({ status: 0, stdout: 'alice\n' });
    const accepted = (await journal('ec2-instance-connect')).filter(({ MESSAGE }) =>
      MESSAGE.includes('key-accepted'),
    );
    expect(accepted.length).toBeGreaterThan(0);
    expect(accepted.map(domainOf)).toEqual(accepted.map(() => DOMAIN));
  });

  it('the launcher asks for itself in the same domain, and is denied nothing', async () => {
    const before = await denials(DOMAIN);
    await rig.emulator.resetCounters();
    // Where there is a helper it asks nothing.
    await guest.root(`mv ${HELPERS_DIRECTORY}/own /root/own`);
    // Nobody has pushed a key for him; emulated, the launcher may not be done within its time, and steps aside then.
    await guest.login('bob', await rig.makeKey(), 'true');
    await guest.root(`mv /root/own ${HELPERS_DIRECTORY}/own`);
    expect((await rig.emulator.counters()).imds.requests).toBeGreaterThanOrEqual(2);
    expect(await denials(DOMAIN)).toEqual(before);
  });

  it('the program is denied only what it does as well without', async () => {
    expect(await denials(DOMAIN)).toEqual([
      'cgroup_t:dir search',
      `${CHAIN_DOMAIN}:process noatsecure`,
      `${CHAIN_DOMAIN}:process rlimitinh`,
      `${CHAIN_DOMAIN}:process siginh`,
      `${DOMAIN}:anon_inode create`,
    ]);
  });

  it("a helper of the administrator's runs beside it, in the helpers' domain", async () => {
    const result = await login('bob', ownKey, false);
    expect(result).toMatchObject({ status: 0, stdout: 'bob\n' });
    const said = await journal('own');
    expect(said.at(-1)?.MESSAGE).toContain(`:${CHAIN_DOMAIN}:`);
    expect(domainOf(said.at(-1))).toBe(CHAIN_DOMAIN);
  });

  it('another program in its place can do what the program does, and nothing else', async () => {
    await guest.login('mallory', ownKey, 'true');
    const inside = await journal('probe');
    expect(inside.map(domainOf)).toEqual(Object.keys(ATTEMPTS).map(() => DOMAIN));
    const useful = ['the metadata service', 'the CA store'];
    const results = Object.keys(ATTEMPTS).map(
      (name) => `${name}: ${useful.includes(name) ? 'allowed' : 'denied'}`,
    );
    expect(inside.map(({ MESSAGE }) => MESSAGE)).toEqual(results);
  });

  it('the same is allowed to the same user without the domain', async () => {
    const asUser =
      'setpriv --reuid ec2-instance-connect --regid ec2-instance-connect --clear-groups';
    const said = await guest.root(`${asUser} perl ${PROBE} aloud`);
    expect(said.trim().split('\n')).toEqual(
      Object.keys(ATTEMPTS).map((name) => `${name}: allowed`),
    );
  });

  it('systemd starts the report, which says what it found', async () => {
    await guest.root(`systemctl start ${UNIT} || :`);
    const show = (property: string): Promise<string> =>
      guest.root(`systemctl show -p ${property} --value ${UNIT}`);
    // 203 is systemd's for a program that it may not execute; 1 is ours for a check that failed.
    expect((await show('ExecMainStatus')).trim()).toMatch(/^[01]$/);
    // Under its identifier there is one line, the report itself; JSON of journalctl(1) leaves out what is that long.
    const said = await guest.root('journalctl --quiet -b -o cat -t ec2-instance-connect-verify');
    const { checks } = JSON.parse(said) as Report;
    expect(checks.find(({ id }) => id === 'selinux')).toMatchObject({ status: 'pass' });
  });

  it('a person who calls the program stays in his domain', async () => {
    const context = await guest.root(
      `${HELPER} alice >/dev/null & tr -d '\\0' </proc/$!/attr/current; wait`,
    );
    expect(context.split(':')[2]).toBe('unconfined_t');
  });
});
