import type { FileTree } from '../system/file-tree.ts';
import type { Listener } from './plan/listener.ts';
import type { Image } from './plan/image.ts';

/** How a command ended: status (undefined when it could not start), stdout and stderr. */
export interface RunResult {
  readonly status: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a command is run; it gets /dev/null as stdin and a small, fixed environment. */
export interface RunOptions {
  /** Run as this user and group instead of root, with no further groups. */
  readonly uid: number;
  readonly gid: number;
}

/** When a path changed: Unix seconds with a fraction; of a symbolic link the later of its own and its target's. */
export interface FileTimes {
  /** Its content, or the names in a folder. */
  readonly mtime: number;
  /** Its inode: content, mode, owner, or a new name. */
  readonly ctime: number;
}

/**
 * What the wiring needs from the host; everything that changes something goes through here.
 * `hostEdges` in host.ts has the real ones; a test counts the changes and crashes at each.
 */
export interface SshdEdges {
  /** The host's files, never cached. */
  readonly tree: FileTree;
  /** Paths that `tree` was asked for and that this user may not read. */
  readonly unreadable: () => readonly string[];
  /** What stands at a path, a symbolic link not followed; null for nothing; throws otherwise. */
  readonly image: (path: string) => Image | null;
  /** When a path changed; undefined where there is none, or where it cannot be known. */
  readonly times: (path: string) => FileTimes | undefined;
  /** Unix seconds, with a fraction. */
  readonly now: () => number;
  /** What makes it unsafe for root to write below a folder, or undefined. */
  readonly unsafeFolder: (directory: string) => string | undefined;
  /**
   * What makes a program unsafe to run, or undefined; also when it is missing.
   * @param by `sshd`: by the rule of this host's sshd, where that differs; without, by our own
   */
  readonly unsafeProgram: (path: string, by?: 'sshd') => string | undefined;
  /** Whether this host's sshd lets the group of root write on the way to its command. */
  readonly rootGroupMayWrite: () => boolean;
  /**
   * Makes a path hold what is given, atomically and durably; null takes it away. A folder is only
   * taken away when it is empty; otherwise it stays.
   */
  readonly put: (path: string, image: Image | null) => void;
  /** Runs a command to its end, at most a minute. */
  readonly run: (argv: readonly string[], as?: RunOptions) => RunResult;
  /** Every sshd that listens in this root; of an ordinary user's view, of this host. */
  readonly listeners: () => readonly Listener[];
  /** Sends SIGHUP to a process, which makes sshd read its configuration again (sshd(8)). */
  readonly hangUp: (pid: number) => void;
  /**
   * Looks at a listener before it reads its configuration again, in which it begins anew; what is
   * returned waits until it listens anew, and says whether it does.
   */
  readonly watchListener: (pid: number) => () => boolean;
  /** A folder of root's alone that goes away when the callback ends. */
  readonly withTemporaryFolder: <T>(use: (directory: string) => T) => T;
  /** Takes the lock of all commands that change something; undefined when another holds it. */
  readonly lock: () => (() => void) | undefined;
  readonly isRoot: boolean;
  /** User and group id of a system user, or undefined where there is none. */
  readonly account: (user: string) => { readonly uid: number; readonly gid: number } | undefined;
  readonly newId: () => string;
  /** How long ago this system was started, in seconds. */
  readonly uptime: () => number;
}

/**
 * The wiring's state. It must survive a reboot and belongs to this machine rather than to its
 * administrator, which is what /var/lib is for (FHS 5.8); root alone may read it, because it keeps
 * the content of configuration files.
 */
export const STATE_DIRECTORY = '/var/lib/ec2-instance-connect';
export const RECORD_PATH = '/var/lib/ec2-instance-connect/sshd-wiring.json';
export const JOURNAL_PATH = '/var/lib/ec2-instance-connect/sshd-journal.json';
export const LOCK_PATH = '/var/lib/ec2-instance-connect/sshd.lock';

/**
 * Written by the packages' first scripts where they replace the stock package: what was not wired
 * then has been switched off on purpose. It goes when our wiring takes over.
 */
export const REPLACED_STOCK_PATH = '/var/lib/ec2-instance-connect/replaced-stock';

/** A file whose presence makes package scripts leave sshd alone. */
export const UNMANAGED_PATH = '/etc/ec2-instance-connect/sshd-unmanaged';
