/** What `sshd status --json` prints; the comments at its fields are those of docs/reference.md. */
import type { CommandToken } from '../ssh/command-tokens.ts';
import type { Place } from '../system/file-tree.ts';
import type { TokenGap } from './plan/lacking-tokens.ts';
import type { WiringKind } from './plan/record.ts';

/** What sshd has as AuthorizedKeysCommand in one way of being started, from its next start on. */
export interface StartStatus {
  /** Absent where no unit starts sshd. */
  readonly unit?: string;
  /** The main configuration file of this start. */
  readonly configFile: string;
  /** What the configuration files say, without the options of a unit; absent for none. */
  readonly fileCommand?: string;
  /** As written; absent when there is none. */
  readonly command?: string;
  /** AuthorizedKeysCommandUser; absent when it is not set. */
  readonly commandUser?: string;
  /** The lines that set them; a unit's command line is a line of its file. */
  readonly setAt?: Place;
  /** Where `commandUser` is set. */
  readonly userSetAt?: Place;
  /** Whether the command is this program. */
  readonly ours: boolean;
  /** Whether ours is run by another command's chain. */
  readonly chained: boolean;
  /** Whether the command is given the login user (`%u`). */
  readonly passesUser: boolean;
  /** Whether it is given the fingerprint of the offered key (`%f`). */
  readonly passesFingerprint: boolean;
  /** The letters of the tokens that this program gets. */
  readonly passes: readonly CommandToken[];
  /** What helpers ask for and do not get; absent where nothing lacks. */
  readonly tokenGap?: TokenGap;
  /** Why this program would refuse its arguments, or sshd the line. */
  readonly problem?: string;
  /** Whether this program is run and can answer. */
  readonly works: boolean;
  /** False where `sshd -T` gives another value than the files do as read here; sshd is believed. */
  readonly agrees: boolean;
  /** The service that runs now. */
  readonly running?: RunningStatus;
}

/** The running service of a unit. */
export interface RunningStatus {
  /** As systemd names it, such as `active`. */
  readonly activeState: string;
  /** Process id of the main process; 0 when it does not run. */
  readonly mainPid: number;
  /** How long ago the main process was started, in whole seconds. */
  readonly startedAgo: number;
  /** Sockets that are listening and start the service. */
  readonly sockets: readonly string[];
  /** Whether it has another command or user than it would have after a restart. */
  readonly restartNeeded: boolean;
  /** Whether its configuration changed after it had read it. */
  readonly reloadNeeded: boolean;
}

/** An sshd that listens. */
export interface ListenerStatus {
  /** Its process id. */
  readonly pid: number;
  /** Absent where no unit started it. */
  readonly unit?: string;
  /** Its main configuration file. */
  readonly configFile: string;
  /** The command that it has: its own options, which it keeps until a restart, then the files. */
  readonly command?: string;
  /** AuthorizedKeysCommandUser; absent when it is not set. */
  readonly commandUser?: string;
  /** Whether the command is this program. */
  readonly ours: boolean;
  /** Whether the command is one of its options. */
  readonly fromOption: boolean;
  /** False where its command line can be seen in part only. */
  readonly known: boolean;
  /** When it read its configuration, in Unix seconds; absent where nothing tells. */
  readonly readAt?: number;
  /** Files, and folders that an Include reads, that changed after that: `command` is what a reload brings. */
  readonly changed: readonly string[];
  /** The same where it is not certain, because the time of the reading or of the change is not. */
  readonly perhapsChanged: readonly string[];
}

/** An AuthorizedKeysCommand inside of a Match block; `none` keeps pushed keys out for its users. */
export interface MatchStatus {
  /** The conditions of the block, such as `user git`. */
  readonly match: string;
  /** The AuthorizedKeysCommand that is set in it, as written. */
  readonly command: string;
  /** Whether that is this program. */
  readonly ours: boolean;
  /** The file that sets it. */
  readonly path: string;
  /** The line of the file, counted from 1. */
  readonly line: number;
}

/** What is wired on this host; the schema of `sshd status --json`. */
export interface SshdStatus {
  /** The version of this form. */
  readonly format: 1;
  /** The login user that was asked for with `--user`. */
  readonly user?: string;
  /** Where no name service knows `user`, whom sshd lets in by no key then: the accounts that may be meant. */
  readonly unknownUser?: { readonly nearest: readonly string[] };
  /**
   * Whether this host's sshd runs our command (for `user`, where given): the sshd that runs; where none
   * does, or a socket starts it, each start. False where that is not known: see `reloadNeeded`.
   */
  readonly effective: boolean;
  /** Whether each start will run our command, whatever runs now. */
  readonly configured: boolean;
  /**
   * Whether the running sshd read its configuration before that changed (`listeners[].changed`), so that
   * what it does is not known, and `effective` is false. A command that is its own option is known.
   */
  readonly reloadNeeded: boolean;
  /** Files that decide and that an ordinary user cannot read: then nothing else here is certain. */
  readonly unreadable: readonly string[];
  /** Such as `9.2`. */
  readonly opensshVersion?: string;
  /** Every way in which this host starts sshd. */
  readonly starts: readonly StartStatus[];
  /** Every sshd that listens; one that has a configuration of its own too. */
  readonly listeners: readonly ListenerStatus[];
  /** Every AuthorizedKeysCommand inside of a Match block. */
  readonly matches: readonly MatchStatus[];
  /** What `sshd enable` or `sshd adopt` wrote, as it is found now; null where nothing is recorded. */
  readonly wiring: {
    readonly mode: 'enable' | 'adopt';
    readonly kinds: readonly WiringKind[];
    readonly files: readonly { path: string; state: 'as-written' | 'edited' | 'missing' }[];
  } | null;
  /** An interrupted run left a journal; the next command that changes something takes it back. */
  readonly interrupted: boolean;
  /** Whether `/etc/ec2-instance-connect/sshd-unmanaged` keeps packages from changing sshd. */
  readonly unmanaged: boolean;
  /** The stock package was not in use when ours replaced it, so packages do not wire sshd. */
  readonly switchedOff: boolean;
  /** The administrator's helpers, each with what keeps it from running, if anything does. */
  readonly helpers: readonly { path: string; problem?: string }[];
  /** Lines of sshd's configuration that were not understood. */
  readonly problems: readonly { path: string; line: number; detail: string }[];
  /** What an ordinary user cannot see; run as root for all of it. */
  readonly leftOut: readonly string[];
}
