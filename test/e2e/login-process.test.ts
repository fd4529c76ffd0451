import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { expect, it, vi } from 'vitest';
import { HELPER_USER } from '../rig/accounts.ts';
import { EXIT_BUG } from '../../src/verdict/exit-codes.ts';
import { run, type Command, type CommandResult } from '../rig/run.ts';
import { HELPER_PATH, PROGRAM_PATH } from '../rig/sshd.ts';
import { ask, authorizedKeys, makePushedKey, takeTrail, useRig } from './login-rig.ts';

const rig = useRig();

/** Runs the program inside under a small Perl program that arranges its descriptors and executes it. */
function runUnder(script: string, args: readonly string[]): Promise<CommandResult> {
  const perl: Command = ['perl', '-MSocket', '-e', script, '--', ...rig().helperCommand(args)];
  return run(rig().namespace.command(perl));
}

/** Runs the program with more variables than sshd gives. */
function runWith(variables: Readonly<Record<string, string>>, args: readonly string[]) {
  const added = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  const command = rig().helperCommand(args);
  const place = command.findIndex((word) => word.startsWith('PATH='));
  return run(
    rig().namespace.command(command.toSpliced(place, 0, ...added) as [string, ...string[]]),
  );
}

it('writes its keys in one call', async () => {
  const keys = [await makePushedKey(rig()), await makePushedKey(rig()), await makePushedKey(rig())];
  // A socket of packets keeps the writes apart.
  const script = `socketpair(IN, OUT, AF_UNIX, SOCK_SEQPACKET, 0) or die;
    if (!fork) { close IN; open(STDOUT, '>&', \\*OUT) or die; close OUT; exec @ARGV }
    close OUT; wait; my $status = $? >> 8;
    $| = 1; while (sysread(IN, my $write, 1 << 20)) { print length($write), "\\n" } print "exit $status\\n"`;
  const { stdout } = await runUnder(script, ['alice']);
  expect(stdout).toBe(`${authorizedKeys(...keys).length}\nexit 0\n`);
});

it('exits with 0 where the reader of its output has gone', async () => {
  const key = await makePushedKey(rig());
  const script = `pipe(IN, OUT); close IN; open(STDOUT, '>&', \\*OUT) or die; exec @ARGV`;
  const result = await runUnder(script, ['alice', key.fingerprint]);
  expect(result).toMatchObject({ status: 0, signal: null, stdout: '', stderr: '' });
  expect(await takeTrail(rig())).toMatchObject([{ event: 'key-accepted' }]);
});

it.each([
  ['without standard input', 'close STDIN'],
  ['without standard error', 'close STDERR'],
  ['without any descriptor', 'close STDIN; close STDOUT; close STDERR'],
])('works %s', async (_title, script) => {
  const key = await makePushedKey(rig());
  const { stdout, ...rest } = await runUnder(`${script}; exec @ARGV`, ['alice', key.fingerprint]);
  expect(rest).toMatchObject({ status: 0, signal: null });
  expect(stdout).toBe(script.includes('STDOUT') ? '' : authorizedKeys(key));
  expect(await takeTrail(rig())).toMatchObject([{ event: 'key-accepted' }]);
});

it('does not read its standard input', async () => {
  const key = await makePushedKey(rig());
  const options = { input: 'ssh-ed25519 AAAA\n'.repeat(10_000) };
  expect(await rig().runHelper(['alice', key.fingerprint], options)).toMatchObject({
    status: 0,
    stdout: authorizedKeys(key),
  });
});

it.each([
  { NODE_OPTIONS: '--require /run/rig/evil.cjs' },
  { NODE_OPTIONS: '--no-such-option' },
  { http_proxy: 'http://127.0.0.1:9', HTTP_PROXY: 'http://127.0.0.1:9', NODE_USE_ENV_PROXY: '1' },
  { https_proxy: 'http://127.0.0.1:9', HTTPS_PROXY: 'http://127.0.0.1:9', ALL_PROXY: 'socks5://x' },
  { AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:8500', AWS_REGION: 'eu-west-1' },
  { AWS_EC2_METADATA_DISABLED: 'true' },
  { NODE_PATH: '/run/rig', NODE_COMPILE_CACHE: '/run/rig/cache', NODE_DEBUG_NATIVE: 'none' },
  { OPENSSL_CONF: '/run/rig/evil.cnf', OPENSSL_MODULES: '/run/rig' },
  { TZ: 'Pacific/Kiritimati', LC_ALL: 'tr_TR.UTF-8', MALLOC_ARENA_MAX: '1' },
])('does the same whatever the environment says: %j', async (variables) => {
  writeFileSync(
    rig().namespace.path('/run/rig/evil.cjs'),
    `require('node:fs').writeSync(1, 'ssh-ed25519 AAAA evil\\n');`,
  );
  writeFileSync(rig().namespace.path('/run/rig/evil.cnf'), 'openssl_conf = nothing\n[nothing\n');
  const key = await makePushedKey(rig());
  expect(await runWith(variables, ['alice', key.fingerprint])).toEqual({
    status: 0,
    signal: null,
    stdout: authorizedKeys(key),
    stderr: '',
  });
  expect(existsSync(rig().namespace.path('/run/rig/cache'))).toBe(false);
});

it("works where the host's own OpenSSL configuration is broken", async () => {
  const key = await makePushedKey(rig());
  const path = rig().namespace.path('/etc/ssl/openssl.cnf');
  const before = readFileSync(path);
  writeFileSync(path, '[broken\n');
  try {
    expect(await ask(rig(), 'alice')).toMatchObject({ status: 0, stdout: authorizedKeys(key) });
  } finally {
    writeFileSync(path, before);
  }
});

it.each(['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'NODE_TLS_REJECT_UNAUTHORIZED'])(
  'takes no trust from %s',
  async (name) => {
    const key = await makePushedKey(rig());
    rig().setTrust(false);
    const value = { SSL_CERT_DIR: '/run/rig', NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    const variables = { [name]: '/run/rig/root.pem', ...value };
    const result = await runWith(variables, ['alice', key.fingerprint]);
    expect(result).toMatchObject({ status: 1, stdout: '', stderr: '' });
    expect(await takeTrail(rig())).toMatchObject([{ reason: 'path-not-trusted' }]);
  },
);

it('runs as the helper user, with no privilege and no memory both writable and executable', async () => {
  await rig().emulator.setFaults([{ service: 'imds', path: '*', action: { kind: 'hang' } }]);
  const [command, ...args] = rig().namespace.command(rig().helperCommand(['alice']));
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = Promise.all([text(child.stdout), once(child, 'close')]);
  await vi.waitUntil(async () => (await rig().emulator.counters()).imds.requests > 0, 10_000);
  const proc = (name: string): string => readFileSync(`/proc/${child.pid ?? 0}/${name}`, 'utf8');
  const [maps, status] = [proc('maps'), proc('status')];
  const passwd = readFileSync(rig().namespace.path('/etc/passwd'), 'utf8');
  const uid = new RegExp(`^${HELPER_USER}:x:(\\d+):`, 'm').exec(passwd)?.[1] ?? '';
  await ended;
  expect(maps).toContain('/opt/aws/bin/ec2-instance-connect');
  expect(maps).not.toMatch(/ .wx. /);
  expect(status).toMatch(new RegExp(`^Uid:\t${uid}\t${uid}\t${uid}\t${uid}$`, 'm'));
  expect(status).toMatch(/^CapEff:\t0+$/m);
  expect(status).toMatch(/^Groups:\t *$/m);
});

/** The ports on which the rig's network listens, as the kernel writes them. */
function listening(): readonly string[] {
  const { pid } = rig().namespace;
  const tables = ['tcp', 'tcp6'].map((name) => readFileSync(`/proc/${pid}/net/${name}`, 'utf8'));
  return tables.join('\n').match(/(?<=:)[0-9A-F]{4}(?= [0-9A-F]+:0000 0A)/g) ?? [];
}

it.each([
  ['a login', HELPER_USER, [HELPER_PATH, 'alice']],
  ['verify-install, run by root', 'root', [PROGRAM_PATH, 'verify-install', '--json']],
] as const)('opens no debugger to whoever signals %s', async (_title, user, [path, ...args]) => {
  await rig().emulator.setFaults([{ service: 'imds', path: '*', action: { kind: 'hang' } }]);
  const [command, ...rest] = rig().namespace.command(rig().helperCommand(args, user, path));
  const child = spawn(command, rest, { stdio: 'ignore' });
  const ended = once(child, 'close');
  await vi.waitUntil(async () => (await rig().emulator.counters()).imds.requests > 0, 20_000);
  // sshd's port shows that the others would be seen.
  expect(listening()).toContain('0016');
  child.kill('SIGUSR1');
  const seen = new Set<string>();
  while (child.exitCode === null && child.signalCode === null) {
    for (const port of listening()) seen.add(port);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await ended;
  expect([...seen]).not.toContain((9229).toString(16).toUpperCase());
});

it('serves a person whose working folder is gone', async () => {
  const script = 'cd "$(mktemp -d)" && rmdir "$PWD" && exec "$@"';
  for (const args of [['--version'], ['sshd', 'status']]) {
    const command: Command = ['sh', '-c', script, 'sh', PROGRAM_PATH, ...args];
    const { status } = await run(rig().namespace.command(command));
    expect(status).not.toBe(EXIT_BUG);
  }
});

it('works where somebody has made a file of /dev/null', async () => {
  const key = await makePushedKey(rig());
  const path = '/run/rig/not-null';
  writeFileSync(rig().namespace.path(path), '[broken\n');
  const script = `mount --bind ${path} /dev/null && exec "$@"`;
  const login = rig().helperCommand(['alice', key.fingerprint]);
  const command: Command = ['unshare', '--mount', 'sh', '-c', script, 'sh', ...login];
  expect(await run(rig().namespace.command(command))).toMatchObject({
    status: 0,
    stdout: authorizedKeys(key),
  });
});

it.each([
  [['alice', 'SHA256:short'], /expected a fingerprint/],
  [['alice', 'SHA1:abc'], /expected a fingerprint/],
  [[], /expected <user>/],
  [['a', 'SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU', 'b'], /expected <user>/],
])('meets the arguments %j with exit code 2, also in the log', async (args, message) => {
  const answer = await ask(rig(), ...args);
  expect(answer).toMatchObject({ status: 2, stdout: '', trail: [{ event: 'usage', priority: 3 }] });
  expect(answer.stderr).toMatch(message);
});
