import { configurationLines } from '../sshd/plan/wiring.ts';
import type { OwnCommand } from '../sshd/model/effective.ts';
import type { Place } from '../system/file-tree.ts';
import type { Conflict } from '../sshd/plan/conflicts.ts';
import type { Activation, WiringReason, WiringResult } from '../sshd/result.ts';
import type { SshdStatus, StartStatus } from '../sshd/status.ts';

/** Each reason as a sentence's end; what was found follows it. */
const REASONS: Readonly<Record<WiringReason, string>> = {
  'other-command': 'another AuthorizedKeysCommand is in place',
  'command-in-match': 'a Match block has an AuthorizedKeysCommand of its own',
  'command-disabled': 'the configuration says that there shall be no AuthorizedKeysCommand',
  'tokens-not-supported': 'the other command needs something that only sshd can give it',
  'command-malformed': 'the other command cannot be read',
  'not-root': 'this needs root',
  'lock-unavailable': 'the lock of the commands that change sshd cannot be taken',
  busy: 'somebody else is at it',
  'journal-unreadable': 'the journal of an interrupted run cannot be read',
  'record-unreadable': 'the record of what was written cannot be read',
  'sshd-missing': 'there is no sshd that could run',
  'program-missing': 'sshd would not run the program at its installed path',
  'command-user-missing': 'the user that the program runs as is missing',
  'configuration-not-understood': "sshd's configuration is not understood",
  'configuration-invalid': 'sshd does not accept its configuration as it is now',
  'no-wiring-works': 'no place was found in which our two lines would count',
  'path-taken': 'a file is in the way',
  'folder-unsafe': 'somebody else than root can write where a file would go',
  'configuration-rejected': 'sshd did not accept the change, which was taken back',
  'not-effective': 'the change had no effect and was taken back',
  'commands-differ': 'there are several other commands',
  'helper-unsafe': 'sshd would not run the other command itself',
  'helper-needs-its-user': 'the other command only works as its own user',
  'edited-since': 'a file was edited since it was written, and is left alone',
  'restart-first':
    'the running sshd still needs the adopted helper; restart its service, then run this again',
  'reload-failed': 'the configuration is written, but sshd could not be told',
};

const ACTIVATIONS: Readonly<Record<Activation['state'], string>> = {
  reloaded: 'reloaded, open sessions go on',
  'next-connection': 'has it from the next connection on, open sessions go on',
  'not-running': 'does not run, and has it when it starts',
  'restart-needed': 'has it after the next restart; open sessions survive one',
  'reload-failed': 'could not be reloaded',
};

/**
 * Tells a person what a command did, or why it did nothing and how to go on.
 *
 * @param own for the lines to write by hand
 * @returns lines with their line breaks: what goes to stdout and what to stderr
 */
export function renderResult(
  result: WiringResult,
  own: OwnCommand,
): { readonly stdout: string; readonly stderr: string } {
  const { outcome } = result;
  const problem = outcome === 'refused' || outcome === 'failed' ? problemLines(result, own) : [];
  return { stdout: join(outcomeLines(result)), stderr: join(problem) };
}

/** Tells a person what is wired. */
export function renderStatus(status: SshdStatus): string {
  const whom = status.user === undefined ? '' : ` for ${status.user}`;
  return join([
    `pushed keys are ${status.effective ? 'accepted' : 'not accepted'} by sshd's configuration${whom}`,
    ...status.starts.flatMap(startLines),
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
  const { command, outcome, dryRun, changes, kinds } = result;
  if (outcome === 'left-alone') return [`sshd is left alone: ${result.detail ?? ''} says so`];
  if (outcome === 'refused') return [];
  const recovered = result.recovered ? ['an interrupted run was taken back first'] : [];
  if (outcome === 'unchanged' && !result.recovered) {
    return [
      command === 'disable' ? 'nothing to take away' : 'already effective, nothing to do',
      ...conditionalLines(result.conflicts),
    ];
  }
  if (dryRun) return changes.map(({ diff }) => diff.trimEnd());
  const verbs = { create: 'wrote', change: 'changed', remove: 'removed' } as const;
  return [
    ...recovered,
    ...changes.map(
      ({ path, type, action }) =>
        `${verbs[action]} ${type === 'directory' ? 'folder ' : ''}${path}`,
    ),
    ...(kinds.length === 0 ? [] : conditionalLines(result.conflicts)),
    ...result.activations.map(({ unit, state }) => `${unit ?? 'sshd'} ${ACTIVATIONS[state]}`),
    ...result.activations.flatMap(({ unit, state }) =>
      state === 'restart-needed' ? [`  systemctl restart ${unit ?? 'sshd'}`] : [],
    ),
  ];
}

function conditionalLines(conflicts: readonly Conflict[]): readonly string[] {
  return conflicts
    .filter(({ reason }) => reason === 'command-in-match')
    .map((conflict) => `stays as it is: ${conflictLine(conflict)}`);
}

function problemLines(result: WiringResult, own: OwnCommand): readonly string[] {
  const { reason, detail, command, conflicts } = result;
  const what = reason === undefined ? '' : REASONS[reason];
  const head = `ec2-instance-connect: sshd ${command}: ${what}`;
  if (conflicts.length === 0) {
    return [detail === undefined ? head : `${head}: ${detail}`, ...reloadRemedy(reason)];
  }
  const found = conflicts.map((conflict) => `  ${conflictLine(conflict)}`);
  const why = command === 'adopt' && detail !== undefined ? [`  ${detail}`] : [];
  return [head, ...found, ...why, ...waysOn(command, conflicts, own)];
}

function reloadRemedy(reason: WiringReason | undefined): readonly string[] {
  if (reason === 'record-unreadable' || reason === 'journal-unreadable') {
    return ['  look at the file, put right what it names by hand, then remove it'];
  }
  return [];
}

function waysOn(
  command: WiringResult['command'],
  conflicts: readonly Conflict[],
  own: OwnCommand,
): readonly string[] {
  const byHand = [
    'by hand: take those lines away and run "ec2-instance-connect sshd enable", or write yourself',
    ...configurationLines(own).map((line) => `  ${line}`),
  ];
  const adoptable = conflicts.every(({ reason }) => reason !== 'command-disabled');
  return command === 'enable' && adoptable
    ? ['both together: ec2-instance-connect sshd adopt', ...byHand]
    : byHand;
}

function conflictLine({ setting, user }: Conflict): string {
  const match = setting.match.map(({ text }) => `, Match ${text}`).join('');
  const runsAs = user === undefined ? '' : ` as ${user}`;
  const unit = setting.unit === undefined ? '' : `, options of ${setting.unit}`;
  return `AuthorizedKeysCommand ${setting.value}${runsAs} (${at(setting.place)}${unit}${match})`;
}

function startLines(start: StartStatus): readonly string[] {
  const { unit, command, commandUser, setAt, running } = start;
  const name = unit ?? 'sshd';
  const what = command ?? 'no AuthorizedKeysCommand';
  const where = setAt === undefined ? '' : ` (${at(setAt)})`;
  const user = commandUser === undefined ? '' : ` as ${commandUser}`;
  const disagrees = start.agrees ? [] : [`  sshd -T knows a value that no line was found for`];
  const sockets = running?.sockets.map((socket) => `, started by ${socket}`).join('') ?? '';
  const state = running === undefined ? [] : [`  ${running.activeState}${sockets}`];
  const restart =
    running?.restartNeeded === true ? [`  restart needed: systemctl restart ${name}`] : [];
  return [`${name}: ${what}${user}${where}`, ...disagrees, ...state, ...restart];
}

function wiringLines(status: SshdStatus): readonly string[] {
  const files = status.wiring?.files.map(({ path, state }) => `  ${path}: ${state}`) ?? [];
  return [
    ...(status.wiring === null ? [] : [`written by sshd ${status.wiring.mode}:`, ...files]),
    ...(status.interrupted
      ? ['a run was interrupted; the next enable, disable or adopt takes it back']
      : []),
    ...(status.unmanaged ? ['packages leave sshd alone (sshd-unmanaged)'] : []),
  ];
}

function at({ path, line }: Place): string {
  return `${path}:${line}`;
}

function join(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
