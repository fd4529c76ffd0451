import { differs, listenerOf } from './activate.ts';
import { hostCommand } from './context.ts';
import { JOURNAL_PATH, REPLACED_STOCK_PATH, STATE_DIRECTORY, UNMANAGED_PATH } from './edges.ts';
import type { SshdEdges } from './edges.ts';
import { commandFacts, effectiveCommand, type OwnCommand } from './model/effective.ts';
import type { Place } from '../system/file-tree.ts';
import { groupsOf, meantUsers } from './login-user.ts';
import type { MatchSubject } from './model/match.ts';
import type { OpenSshVersion } from './model/version.ts';
import { matchSettings, readModel, type Setting, type SshdStart } from './model/model.ts';
import { firstOfEach, hostStarts } from './plan/conflicts.ts';
import { listenerStart, type Listener } from './plan/listener.ts';
import type { WiringKind } from './plan/record.ts';
import { freshnessOf } from './read-again.ts';
import { activeSockets, systemdRuns, unitProperties } from './service.ts';
import { dumpConfiguration, sshdVersion } from './sshd-program.ts';
import { gapOf } from './token-gaps.ts';
import type { TokenGap } from './plan/lacking-tokens.ts';
import type { CommandToken } from '../ssh/command-tokens.ts';
import { helperStatus, wiringStatus } from './written-status.ts';

/** What sshd has as AuthorizedKeysCommand in one way of being started, from its next start on. */
export interface StartStatus {
  /** Absent where no unit starts sshd. */
  readonly unit?: string;
  readonly configFile: string;
  /** What the configuration files say, without the options of a unit; absent for none. */
  readonly fileCommand?: string;
  /** As written; absent when there is none. */
  readonly command?: string;
  /** AuthorizedKeysCommandUser; absent when it is not set. */
  readonly commandUser?: string;
  /** The lines that set them; a unit's command line is a line of its file. */
  readonly setAt?: Place;
  readonly userSetAt?: Place;
  readonly ours: boolean;
  /** Whether ours is run by another command's chain. */
  readonly chained: boolean;
  readonly passesUser: boolean;
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
  readonly running?: RunningStatus;
}

/** The running service of a unit. */
export interface RunningStatus {
  readonly activeState: string;
  /** Process id of the main process; 0 when it does not run. */
  readonly mainPid: number;
  /** How long ago the main process was started, in seconds. */
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
  readonly pid: number;
  /** Absent where no unit started it. */
  readonly unit?: string;
  readonly configFile: string;
  /** The command that it has: its own options, which it keeps until a restart, then the files. */
  readonly command?: string;
  readonly commandUser?: string;
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
  readonly match: string;
  readonly command: string;
  readonly ours: boolean;
  readonly path: string;
  readonly line: number;
}

/** What is wired on this host; the schema of `sshd status --json`. */
export interface SshdStatus {
  readonly format: 1;
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
  readonly opensshVersion?: string;
  readonly starts: readonly StartStatus[];
  /** Every sshd that listens; one that has a configuration of its own too. */
  readonly listeners: readonly ListenerStatus[];
  readonly matches: readonly MatchStatus[];
  readonly wiring: {
    readonly mode: 'enable' | 'adopt';
    readonly kinds: readonly WiringKind[];
    readonly files: readonly { path: string; state: 'as-written' | 'edited' | 'missing' }[];
  } | null;
  /** An interrupted run left a journal; the next command that changes something takes it back. */
  readonly interrupted: boolean;
  readonly unmanaged: boolean;
  /** The stock package was not in use when ours replaced it, so packages do not wire sshd. */
  readonly switchedOff: boolean;
  readonly helpers: readonly { path: string; problem?: string }[];
  readonly problems: readonly { path: string; line: number; detail: string }[];
  /** What an ordinary user cannot see; run as root for all of it. */
  readonly leftOut: readonly string[];
}

/**
 * `sshd status`: what is effective, where it is set, what we wrote, and what runs. Changes nothing;
 * as an ordinary user it says what it had to leave out.
 *
 * @param user whom it is asked for; Match blocks that depend on more than user and groups are
 *   answered for an address that nobody connects from
 */
export function status(edges: SshdEdges, user?: string): SshdStatus {
  const version = sshdVersion(edges);
  const own = hostCommand(edges);
  const model = readModel(edges.tree, version);
  const starts = hostStarts(model);
  const meant = user === undefined ? undefined : meantUsers(edges, user);
  const subject = user === undefined ? {} : { user, groups: groupsOf(edges, user) };
  const found: Found = { edges, own, version, subject, listeners: edges.listeners() };
  const described = starts.map((start) => startStatus(found, start));
  const configured = described.length > 0 && described.every(({ works }) => works);
  const reloadNeeded = starts.some((start) => isUnknown(found, listenerOf(found.listeners, start)));
  return {
    format: 1,
    ...(user === undefined ? {} : { user }),
    ...(meant === undefined ? {} : { unknownUser: { nearest: meant } }),
    effective: meant === undefined && !reloadNeeded && isEffective(found, starts, configured),
    configured,
    reloadNeeded,
    unreadable: edges.unreadable().filter((path) => !path.startsWith(STATE_DIRECTORY)),
    ...(version && { opensshVersion: `${version.major}.${version.minor}` }),
    starts: described,
    listeners: found.listeners.map((listener) => listenerStatus(found, listener)),
    matches: matchStatus(starts, own),
    wiring: wiringStatus(edges),
    interrupted: edges.image(JOURNAL_PATH) !== null,
    unmanaged: edges.image(UNMANAGED_PATH) !== null,
    switchedOff: !configured && edges.image(REPLACED_STOCK_PATH) !== null,
    helpers: helperStatus(edges),
    problems: model.problems.map(({ place, detail }) => ({ ...place, detail })),
    leftOut: edges.isRoot ? [] : ['the answer of sshd -T', 'the record of what was written'],
  };
}

/** What all of a status is made from. */
interface Found {
  readonly edges: SshdEdges;
  readonly own: OwnCommand;
  readonly version: OpenSshVersion | undefined;
  readonly subject: MatchSubject;
  readonly listeners: readonly Listener[];
}

/** What runs decides; a socket's service has ended before its next connection, or ends with it. */
function isEffective(found: Found, starts: readonly SshdStart[], configured: boolean): boolean {
  const own = starts.flatMap((start) => listenerOf(found.listeners, start) ?? []);
  if (own.length === 0) return configured;
  return own.every((listener) => {
    const start = listenerStart(found.edges.tree, found.version, listener);
    return effectiveCommand(start, found.own, found.subject).works;
  });
}

function isOutdated(found: Found, listener: Listener | undefined): boolean {
  return listener !== undefined && freshnessOf(found, listener).changed.length > 0;
}

/** Files decide nothing about an option, but for the users of their Match blocks. */
function isUnknown(found: Found, listener: Listener | undefined): boolean {
  if (listener === undefined || !isOutdated(found, listener)) return false;
  return found.subject.user !== undefined || !listenerStatus(found, listener).fromOption;
}

function listenerStatus(found: Found, listener: Listener): ListenerStatus {
  const { edges, own, version } = found;
  const { reading, changed, perhaps } = freshnessOf(found, listener);
  const { pid, unit, configFile, complete } = listener;
  const start = listenerStart(edges.tree, version, listener);
  const { command, user, ours, setting } = effectiveCommand(start, own);
  const fromOption = setting?.place.line === 0;
  return {
    pid,
    ...(unit === undefined ? {} : { unit }),
    configFile,
    ...(command === undefined ? {} : { command }),
    ...(user === undefined ? {} : { commandUser: user }),
    ...{ ours, fromOption, known: complete || fromOption },
    ...(reading === undefined ? {} : { readAt: reading.at }),
    ...{ changed, perhapsChanged: perhaps },
  };
}

/** What runs of a unit that starts sshd; undefined where systemd does not run. */
function runningStatus(found: Found, start: SshdStart, unit: string): RunningStatus | undefined {
  const { edges } = found;
  if (!systemdRuns(edges)) return undefined;
  const names = ['ActiveState', 'MainPID', 'TriggeredBy', 'ExecMainStartTimestampMonotonic'];
  const properties = unitProperties(edges, unit, names);
  const mainPid = Number(properties.get('MainPID') ?? 0);
  const startedUs = Number(properties.get('ExecMainStartTimestampMonotonic') ?? 0);
  const startedAgo = edges.uptime() - startedUs / 1e6;
  const listener = listenerOf(found.listeners, start);
  return {
    activeState: properties.get('ActiveState') ?? 'unknown',
    mainPid,
    startedAgo,
    sockets: activeSockets(edges, properties.get('TriggeredBy') ?? ''),
    restartNeeded: listener?.complete === true && differs(found, start, listener),
    reloadNeeded: isOutdated(found, listener),
  };
}

function startStatus(found: Found, start: SshdStart): StartStatus {
  const { edges, own, subject } = found;
  const exact = edges.isRoot && (subject.user !== undefined || !hasMatch(start));
  const dump = exact ? dumpConfiguration(edges, start, subject) : undefined;
  const effective = effectiveCommand(start, own, subject, dump);
  const { command, user: commandUser, setting, userSetting, ...facts } = effective;
  const gap = gapOf(found, effective);
  const unit = start.unit?.name;
  const isTemplate = unit?.includes('@') === true;
  const running = unit === undefined || isTemplate ? undefined : runningStatus(found, start, unit);
  const inFiles = effectiveCommand({ ...start, settings: start.configuration.lines }, own, subject);
  return {
    ...(unit === undefined ? {} : { unit }),
    configFile: start.arguments.configFile,
    ...(inFiles.command === undefined ? {} : { fileCommand: inFiles.command }),
    ...(command === undefined ? {} : { command }),
    ...(commandUser === undefined ? {} : { commandUser }),
    ...(setting === undefined ? {} : { setAt: setting.place }),
    ...(userSetting === undefined ? {} : { userSetAt: userSetting.place }),
    ...facts,
    ...(gap === undefined ? {} : { tokenGap: gap }),
    ...(running === undefined ? {} : { running }),
  };
}

function hasMatch(start: SshdStart): boolean {
  return matchSettings(start, 'authorizedkeyscommand').length > 0;
}

function matchStatus(starts: readonly SshdStart[], own: OwnCommand): readonly MatchStatus[] {
  const settings = starts.flatMap((start) => matchSettings(start, 'authorizedkeyscommand'));
  const version = starts[0]?.version;
  const all = settings.map((setting: Setting) => ({
    match: setting.match.map(({ text }) => text).join(' / '),
    command: setting.value,
    ours: commandFacts(setting.value, own, version).ours,
    ...setting.place,
  }));
  return firstOfEach(all, ({ path, line }) => [path, line]);
}
