import { differs, listenerOf } from './activate.ts';
import { hostCommand } from './context.ts';
import { JOURNAL_PATH, REPLACED_STOCK_PATH, STATE_DIRECTORY, UNMANAGED_PATH } from './edges.ts';
import type { SshdEdges } from './edges.ts';
import { commandFacts, effectiveCommand, type OwnCommand } from './model/effective.ts';
import { groupsOf, meantUsers } from './login-user.ts';
import type { MatchSubject } from './model/match.ts';
import type { OpenSshVersion } from './model/version.ts';
import { matchSettings, readModel, type Setting, type SshdStart } from './model/model.ts';
import { firstOfEach, hostStarts } from './plan/conflicts.ts';
import { listenerStart, type Listener } from './plan/listener.ts';
import { freshnessOf } from './read-again.ts';
import { activeSockets, systemdRuns, unitProperties } from './service.ts';
import { dumpConfiguration, sshdVersion } from './sshd-program.ts';
import type {
  ListenerStatus,
  MatchStatus,
  RunningStatus,
  SshdStatus,
  StartStatus,
} from './status-form.ts';
import { gapOf } from './token-gaps.ts';
import { helperStatus, wiringStatus } from './written-status.ts';

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
  const startedAgo = Math.round(edges.uptime() - startedUs / 1e6);
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
