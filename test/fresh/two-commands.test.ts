/**
 * The README's promise, kept on a machine that has nothing: another Debian release than this machine's,
 * in a box, with nodejs, npm, git and ca-certificates. It is given what is committed.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runOrThrow, run, type CommandResult } from '../rig/run.ts';

const PROJECT = join(import.meta.dirname, '../..');
const PRISTINE = join(PROJECT, 'test/roots/pristine.sh');
// Less than the hook's own limit, so that a box that is too slow shows how far it came.
const LIMIT_MS = 1_700_000;

/** A stage of the box's life. */
type Stage = 'sshd before' | 'npm' | 'demo' | 'package' | 'newest npm' | 'left';

// EIC_FRESH_COMMIT tries another commit than the newest.
const commit = process.env['EIC_FRESH_COMMIT'] ?? 'HEAD';
const script = String.raw`
stage() { name=$1; shift; echo "[begin $name]"; "$@" 2>&1; echo "[end $name $?]"; }
newest_npm() {
  mkdir /opt/node && cp node_modules/node-linux-*/bin/node /opt/node/ && rm -r node_modules &&
    PATH=/opt/node:$PATH npm exec --yes npm@latest -- ci --no-audit --no-fund --loglevel=error &&
    scripts/run.sh node -p process.version
}
left() {
  ls -A /tmp
  find /etc/systemd/system -type l -path '*.wants/ssh.*'
  pgrep -a gpg-agent || :
}
cd /root && git clone -q /mnt/tree.bundle project && cd project || exit 1
stage 'sshd before' test -e /usr/sbin/sshd
stage npm npm --version
stage demo scripts/demo.sh
stage package npm run package -- --only "$(scripts/run.sh node -p process.arch)" --level 0
stage left left
stage 'newest npm' newest_npm
`;

const share = mkdtempSync(join(tmpdir(), 'eic-fresh-'));
let box: CommandResult;

beforeAll(async () => {
  const release = /^VERSION_CODENAME=trixie$/m.test(readFileSync('/etc/os-release', 'utf8'))
    ? 'bookworm'
    : 'trixie';
  const root = await runOrThrow([PRISTINE, 'build', release], { timeout: LIMIT_MS });
  // A bundle wants a reference; HEAD is one.
  const tree = join(share, 'tree');
  await runOrThrow(['git', 'clone', '-q', '--no-checkout', PROJECT, tree]);
  await runOrThrow(['git', '-C', tree, 'checkout', '-q', '--detach', commit]);
  await runOrThrow([
    'git',
    '-C',
    tree,
    'bundle',
    'create',
    '-q',
    join(share, 'tree.bundle'),
    'HEAD',
  ]);
  const env = { ...process.env, EIC_SHARE: share };
  const command = [PRISTINE, 'run', root.trim(), 'bash', '-c', script] as const;
  box = await run(command, { env, timeout: LIMIT_MS });
});

afterAll(() => {
  rmSync(share, { recursive: true, force: true });
});

/** What a stage printed, and its exit status; with everything else when it never ended. */
function stage(name: Stage): { status: number; text: string } {
  const pattern = new RegExp(`\\[begin ${name}\\]\n([^]*?)\\[end ${name} (\\d+)\\]`);
  const [, text, status] = pattern.exec(box.stdout) ?? [];
  if (text === undefined) throw new Error(`no stage ${name}: ${box.stdout}${box.stderr}`);
  return { status: Number(status), text };
}

it('the machine is fresh: it has no sshd, and the npm of its distribution', () => {
  expect(stage('sshd before').status).not.toBe(0);
  expect(stage('npm').text).toMatch(/^9\.2\./);
});

it('the demo runs to its end there', () => {
  expect(stage('demo')).toMatchObject({ status: 0 });
});

it('packages can be made there', () => {
  expect(stage('package')).toMatchObject({ status: 0 });
});

it('the newest npm sets the project up, too', () => {
  const { status, text } = stage('newest npm');
  expect({ status, last: text.trim().split('\n').at(-1) }).toEqual({
    status: 0,
    last: process.version,
  });
});

it('nothing of it stays on: no enabled sshd, no agent, no file in /tmp', () => {
  expect(stage('left')).toEqual({ status: 0, text: '' });
});
