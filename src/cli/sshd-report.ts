import { printable } from '../log/printable.ts';
import { at, conflictLine, waysOn } from './conflict-report.ts';
import { verdictLines } from './status-verdict.ts';
import { gapLines } from './token-gap-report.ts';
import type { OwnCommand } from '../sshd/model/effective.ts';
import type { Conflict } from '../sshd/plan/conflicts.ts';
import type { Activation, WiringReason, WiringResult } from '../sshd/result.ts';
import type { ListenerStatus, SshdStatus, StartStatus } from '../sshd/status-form.ts';

/** Each reason as a sentence's end; what was found follows it. */
const REASONS: Readonly<Record<WiringReason, string>> = {
  'other-command': 'another AuthorizedKeysCommand is in place',
  'command-in-match': 'a Match block has an AuthorizedKeysCommand of its own',
  'command-disabled': 'the configuration sets AuthorizedKeysCommand none',
  'tokens-not-supported': 'the other command needs a value that only sshd can pass',
  'command-malformed': 'the other command cannot be parsed',
  'not-root': 'this needs root',
  'lock-unavailable': 'cannot take the lock for changes to sshd',
  busy: 'busy',
  'journal-unreadable': 'the journal of an interrupted run cannot be read',
  'record-unreadable': 'the record of what was written cannot be read',
  'sshd-missing': 'there is no sshd that can run',
  'program-missing': 'sshd would refuse to run the program at its installed path',
  'command-user-missing': 'the command user is missing',
  'configuration-not-understood': "sshd's configuration is not understood",
  'configuration-invalid': 'sshd does not accept its configuration as it is now',
  'no-wiring-works': 'no file was found in which the two lines would take effect',
  'path-taken': 'a file already exists',
  'folder-unsafe': 'a folder is writable by others than root',
  'configuration-rejected': 'sshd rejected the change, which was rolled back',
  'not-effective': 'the change had no effect and was rolled back',
  'commands-differ': 'there are several other commands',
  'helper-unsafe': 'sshd itself would refuse to run the other command',
  'helper-needs-its-user': 'the other command only works as its own user',
  'try-user-unknown': 'the user to try the other command with does not exist',
  'try-key-unreadable': 'the key to try the other command with cannot be read',
  'edited-since': 'a file was edited since it was written, and was not changed',
  'restart-first':
    'the running sshd still needs the adopted helper; restart its service, then run this again',
  'restart-needed':
    'pushed keys are still accepted until sshd is restarted; open sessions survive that',
  'still-set': 'lines that this program did not write still set it; remove them by hand',
  'switched-off': 'its use of pushed keys was switched off before',
  'sshd-not-configured': 'it is not configured yet, and will be wired when it is',
  'cannot-write': 'a file cannot be written',
  'reload-failed': 'the configuration is written, but sshd could not be reloaded',
};

const ACTIVATIONS: Readonly<Record<Activation['state'], string>> = {
  reloaded: 'reloaded, open sessions continue',
  'next-connection': 'reads it at the next connection, open sessions continue',
  'not-running': 'is not running, and will read it when it starts',
  'restart-needed': 'reads it at its next restart; open sessions survive one',
  restarted: 'restarted, open sessions continue',
  'reload-failed': 'could not be reloaded',
};

/**
 * Tells a person what a command did, or why it did nothing and how to go on.
 *
 * @param own for the lines to write by hand
 * @param adoption what `sshd adopt` would do, where enable refused because of another command
 * @returns lines with their line breaks: what goes to stdout and what to stderr
 */
export function renderResult(
  result: WiringResult,
  own: OwnCommand,
  adoption?: WiringResult,
): { readonly stdout: string; readonly stderr: string } {
  const { outcome } = result;
  const problem =
    outcome === 'refused' || outcome === 'failed' ? problemLines(result, own, adoption) : [];
  return { stdout: join(outcomeLines(result)), stderr: join(problem) };
}

/** Tells a person what is wired. */
export function renderStatus(status: SshdStatus): string {
  const whom = status.user === undefined ? '' : ` for ${status.user}`;
  return join([
    ...verdictLines(status, whom),
    ...status.starts.flatMap((start) => startLines(start, status)),
    ...otherListeners(status).flatMap(listenerLines),
    ...status.matches.map(
      ({ match, command, path, line }) => `Match ${match}: ${command} (${path}:${line})`,
    ),
    ...wiringLines(status),
    ...status.helpers.map(({ path, problem }) => `helper ${path}: ${problem ?? 'runs'}`),
    ...status.problems.map(
      ({ path, line, detail }) => `not understood: ${path}:${line}: ${detail}`,
    ),
    ...status.leftOut.map((what) => `left out, needs root: ${what}`),
  ]);
}

function outcomeLines(result: WiringResult): readonly string[] {
  const { outcome, dryRun, changes, kinds } = result;
  if (outcome === 'left-alone') return leftAloneLines(result);
  if (outcome === 'refused') return [];
  const gaps = result.tokenGaps.flatMap(gapLines);
  const recovered = result.recovered ? ['an interrupted run was rolled back first'] : [];
  if (outcome === 'unchanged' && !result.recovered) {
    return [...unchangedLines(result), ...conditionalLines(result.conflicts), ...gaps];
  }
  if (dryRun) {
    const diffs = changes.map(({ diff }) => diff.trimEnd());
    return [...diffs, ...conditionalLines(result.conflicts), ...gaps];
  }
  const verbs = { create: 'wrote', change: 'changed', remove: 'removed' } as const;
  return [
    ...recovered,
    ...changes.map(
      ({ path, type, action }) =>
        `${verbs[action]} ${type === 'directory' ? 'folder ' : ''}${path}`,
    ),
    ...(kinds.length === 0 || outcome === 'failed' ? [] : conditionalLines(result.conflicts)),
    ...activationLines(result),
    ...gaps,
  ];
}

/** That nothing was written; what the running sshd does may need more than that. */
function unchangedLines(result: WiringResult): readonly string[] {
  const { command, dryRun, readBefore, activations } = result;
  const nothing = command === 'disable' ? 'nothing to remove' : 'already effective, nothing to do';
  if (readBefore.length === 0) {
    return activations.length > 0 ? activationLines(result) : [nothing];
  }
  return [
    command === 'disable' ? 'nothing to remove' : 'the files have it already, nothing to write',
    'changed after the running sshd had read it:',
    ...readBefore.map((path) => `  ${path}`),
    ...(dryRun ? ['sshd would be reloaded'] : activationLines(result)),
  ];
}

function activationLines({ activations, reason }: WiringResult): readonly string[] {
  return activations.flatMap(({ unit, state }) => {
    // What has failed is said by the reason.
    if (state === reason) return [];
    const line = `${unit ?? 'sshd'} ${ACTIVATIONS[state]}`;
    return state === 'restart-needed' ? [line, `  systemctl restart ${unit ?? 'sshd'}`] : [line];
  });
}

function leftAloneLines({ reason, detail }: WiringResult): readonly string[] {
  if (reason === undefined) return [`sshd is left alone: ${detail ?? ''} says so`];
  const line = `sshd is left alone: ${REASONS[reason]}`;
  if (reason !== 'switched-off') return [line];
  return [`${line} (${detail ?? ''})`, 'to switch it on: ec2-instance-connect sshd enable'];
}

function otherListeners({ listeners, starts }: SshdStatus): readonly ListenerStatus[] {
  const known = starts.map(({ running }) => running?.mainPid);
  return listeners.filter(({ pid }) => !known.includes(pid));
}

function listenerLines(listener: ListenerStatus): readonly string[] {
  const { pid, unit, configFile } = listener;
  const name = unit === undefined ? '' : `, ${unit}`;
  return [`process ${pid}${name}, ${configFile}: ${runningCommand(listener)}`];
}

function runningCommand({ command, commandUser, fromOption, known }: ListenerStatus): string {
  if (!known) return 'its command line is not fully known';
  const user = commandUser === undefined ? '' : ` as ${commandUser}`;
  const what = command === undefined ? 'no AuthorizedKeysCommand' : `${command}${user}`;
  return fromOption ? `${what}, an option that it keeps until a restart` : what;
}

function conditionalLines(conflicts: readonly Conflict[]): readonly string[] {
  return conflicts
    .filter(({ reason }) => reason === 'command-in-match')
    .map((conflict) => `stays as it is: ${conflictLine(conflict)}`);
}

function problemLines(
  result: WiringResult,
  own: OwnCommand,
  adoption: WiringResult | undefined,
): readonly string[] {
  const { reason, detail, command, conflicts } = result;
  const what = reason === undefined ? '' : REASONS[reason];
  const head = `ec2-instance-connect: sshd ${command}: ${what}`;
  const still = result.stillInForce.map(
    (path) => `sshd still runs this program through the stock package's ${path}`,
  );
  if (conflicts.length === 0) {
    const words = reason === 'try-user-unknown' ? printable(detail ?? '', 400) : detail;
    return [words === undefined ? head : `${head}: ${words}`, ...remedy(reason), ...still];
  }
  const found = conflicts.map((conflict) => `  ${conflictLine(conflict)}`);
  const why = command === 'adopt' && detail !== undefined ? [`  ${detail}`] : [];
  return [head, ...found, ...why, ...still, ...waysOn(result, own, adoption)];
}

function remedy(reason: WiringReason | undefined): readonly string[] {
  if (reason === 'restart-needed') return ['  or ec2-instance-connect sshd disable --restart'];
  if (reason === 'record-unreadable' || reason === 'journal-unreadable') {
    return ['  read the file, fix by hand what it names, then remove it'];
  }
  return [];
}

/** What the files say, what runs, and what a restart would bring, where they are not the same. */
function startLines(start: StartStatus, { listeners }: SshdStatus): readonly string[] {
  const { unit, command, commandUser, setAt, running, fileCommand } = start;
  const name = unit ?? 'sshd';
  const what = command ?? 'no AuthorizedKeysCommand';
  const chain = start.works && start.chained ? ['  it runs this program as well'] : [];
  const problem = start.problem === undefined ? [] : [`  does not work: ${start.problem}`];
  const where = setAt === undefined ? '' : ` (${at(setAt)})`;
  const user = commandUser === undefined ? '' : ` as ${commandUser}`;
  const disagrees = start.agrees
    ? []
    : ['  as sshd -T reports it; its files, as read here, give another value'];
  const sockets = running?.sockets.map((socket) => `, started by ${socket}`).join('') ?? '';
  const state = running === undefined ? [] : [`  ${running.activeState}${sockets}`];
  const listener = listeners.find(({ pid }) => pid === running?.mainPid);
  const files = fileCommand ?? 'no AuthorizedKeysCommand';
  const apart = running?.restartNeeded === true || fileCommand !== command;
  const three =
    apart && listener !== undefined
      ? [
          `  files: ${files}`,
          `  running: ${runningCommand(listener)}`,
          `  after a restart: ${what}${user}`,
        ]
      : [];
  const restart =
    running?.restartNeeded === true ? [`  restart needed: systemctl restart ${name}`] : [];
  return [
    `${name}: ${what}${user}${where}`,
    ...chain,
    ...problem,
    ...disagrees,
    ...gapLines(start.tokenGap).map((line) => `  ${line}`),
    ...state,
    ...three,
    ...perhapsLines(listener),
    ...restart,
  ];
}

function perhapsLines(listener: ListenerStatus | undefined): readonly string[] {
  const paths = listener?.perhapsChanged ?? [];
  return paths.map((path) => `  perhaps changed since it was read: ${path}`);
}

function wiringLines(status: SshdStatus): readonly string[] {
  const files = status.wiring?.files.map(({ path, state }) => `  ${path}: ${state}`) ?? [];
  return [
    ...(status.wiring === null ? [] : [`written by sshd ${status.wiring.mode}:`, ...files]),
    ...(status.interrupted
      ? ['a run was interrupted; the next enable, disable or adopt rolls it back']
      : []),
    ...(status.switchedOff
      ? ['packages leave sshd alone: the stock package was switched off when it was replaced']
      : []),
    ...(status.unmanaged ? ['packages leave sshd alone (sshd-unmanaged)'] : []),
  ];
}

function join(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
