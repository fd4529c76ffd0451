import { differingLimits, parseLimits } from '../../system/limits.ts';
import type { Account } from '../../system/accounts.ts';
import type { Command } from '../../system/program.ts';
import type { Look } from '../check.ts';
import type { Inspection } from '../inspection.ts';
import { lookAt } from '../remedies.ts';
import { hasSystemd, isThere } from './host.ts';
import { running } from './process.ts';
import { sshd } from './sshd.ts';

/** What sets the processes that the running sshd starts apart from those that this process starts. */
export interface SshdContext {
  readonly pid: number;
  /** What a command can be given of it, for people: `mount namespace`, `nofile 64`. */
  readonly given: readonly string[];
  /** What differs and cannot be given. */
  readonly missing: readonly string[];
  /**
   * The command line, for root, that runs another as a user in this context; undefined where nothing
   * of it can be given.
   */
  readonly enter?: (account: Account, argv: Command['argv']) => Command['argv'];
}

/** They are util-linux's, which every distribution installs. */
const NSENTER = '/usr/bin/nsenter';
const SETPRIV = '/usr/bin/setpriv';
const PRLIMIT = '/usr/bin/prlimit';

/** CAP_SYS_RESOURCE, capabilities(7). */
const SYS_RESOURCE = 1n << 24n;

/**
 * Compares this process with the listening sshd: namespaces of mounts and network, resource limits.
 * @returns undefined where no sshd listens, where nothing differs, and for anybody but root
 */
export async function sshdContext(on: Inspection): Promise<SshdContext | undefined> {
  const pid = (await on.fact(running))?.pid;
  if (pid === undefined || !on.isRoot) return undefined;
  const spaces = await namespaces(on, pid);
  const limits = isThere(on, PRLIMIT) ? limitsOf(on, pid) : [];
  const given = [...spaces.given.map(({ name }) => name), ...limits.map(([words]) => words)];
  const missing = [...spaces.missing, ...filter(on, pid), ...domain(on, pid)];
  if (given.length === 0 && missing.length === 0) return undefined;
  const flags = spaces.given.flatMap((each) => each.flags);
  // nsenter(1) of util-linux 2.41 refuses to be called for no namespace.
  const tool = flags.length === 0 ? SETPRIV : NSENTER;
  if (given.length === 0 || !isThere(on, tool)) {
    return { pid, given: [], missing: [...given, ...missing] };
  }
  const options = limits.map(([, option]) => option);
  return {
    pid,
    given,
    missing,
    enter: ({ uid, gid }, argv) => {
      const as =
        tool === SETPRIV
          ? [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups']
          : ['-t', String(pid), ...flags, '-S', String(uid), '-G', String(gid)];
      const entered: Command['argv'] = [tool, ...as, '--', ...argv];
      // The limits come first: root may raise some of them.
      return options.length === 0 ? entered : [PRLIMIT, ...options, ...entered];
    },
  };
}

/** With the mounts go the root and the working folder, or one would leave a chroot. */
const NAMESPACES = [
  { file: 'mnt', name: 'mount namespace', flags: ['-m', '-r', '-w'] },
  { file: 'net', name: 'network namespace', flags: ['-n'] },
] as const;

interface Namespaces {
  readonly given: readonly (typeof NAMESPACES)[number][];
  readonly missing: readonly string[];
}

/** A confined service, such as that of the timer, may not enter them; nor is the tool everywhere. */
async function namespaces(on: Inspection, pid: number): Promise<Namespaces> {
  const { link } = on.edges.sshd.tree;
  const differing = NAMESPACES.filter(({ file }) => {
    const theirs = link(`/proc/${pid}/ns/${file}`);
    return theirs !== undefined && theirs !== link(`/proc/self/ns/${file}`);
  });
  if (differing.length === 0) return { given: [], missing: [] };
  const flags = differing.flatMap((each) => each.flags);
  const { status } = await on.edges.run({
    argv: [NSENTER, '-t', String(pid), ...flags, '--', '/bin/true'],
  });
  return status === 0
    ? { given: differing, missing: [] }
    : { given: [], missing: differing.map(({ name }) => name) };
}

/** Pairs of words for people and an option of prlimit(1). */
function limitsOf(on: Inspection, pid: number): (readonly [string, string])[] {
  const { text } = on.edges.sshd.tree;
  const status = text('/proc/self/status') ?? '';
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0';
  const mayRaise = (BigInt(`0x${effective}`) & SYS_RESOURCE) !== 0n;
  const own = parseLimits(text('/proc/self/limits') ?? '');
  const theirs = parseLimits(text(`/proc/${pid}/limits`) ?? '');
  return [...differingLimits(own, theirs, mayRaise)].map(
    ([option, { soft, hard }]) => [`${option} ${soft}`, `--${option}=${soft}:${hard}`] as const,
  );
}

/** Seccomp filters are inherited and never joined (seccomp(2)). */
function filter(on: Inspection, pid: number): readonly string[] {
  const mode = (of: string): string | undefined =>
    /^Seccomp:\s*(\d)$/m.exec(on.edges.sshd.tree.text(`/proc/${of}/status`) ?? '')?.[1];
  return mode(String(pid)) === '2' && mode('self') !== '2' ? ['system call filter'] : [];
}

/** A policy lets hardly anybody but systemd start what runs in sshd's domain. */
function domain(on: Inspection, pid: number): readonly string[] {
  const { text } = on.edges.sshd.tree;
  if (text('/sys/fs/selinux/enforce')?.trim() !== '1') return [];
  const theirs = text(`/proc/${pid}/attr/current`);
  return theirs === undefined || theirs === text('/proc/self/attr/current')
    ? []
    : ['SELinux domain'];
}

/** What to look at when something works for this process and not for those that sshd starts. */
export async function lookAtContext(on: Inspection): Promise<Look> {
  const context = await on.fact(sshdContext);
  const pid = context?.pid ?? 1;
  const unit = (await on.fact(sshd))?.start.unit?.name;
  const known = on.fact(hasSystemd) && unit !== undefined;
  const command = known
    ? `systemctl cat ${unit}`
    : `cat /proc/${pid}/limits /proc/${pid}/mountinfo`;
  const what = context?.given.join(', ') ?? '';
  return lookAt(
    command,
    `sshd was started with settings that the command cannot live with: ${what}`,
  );
}
