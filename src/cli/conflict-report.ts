import type { OwnCommand } from '../sshd/model/effective.ts';
import type { Conflict } from '../sshd/plan/conflicts.ts';
import { configurationLines, wiredCommand } from '../sshd/plan/wired-command.ts';
import type { WiringResult } from '../sshd/result.ts';
import type { Place } from '../system/file-tree.ts';

/**
 * The ways on from a refusal: never one that would be refused too, and always lines that work.
 *
 * @param adoption what `sshd adopt` would do
 */
export function waysOn(
  { command, reason, conflicts }: WiringResult,
  own: OwnCommand,
  adoption: WiringResult | undefined,
): readonly string[] {
  const lines = configurationLines(wiredCommand(own)).map((line) => `  ${line}`);
  const [other] = conflicts;
  if (reason === 'command-in-match' && other !== undefined) return blockLines(other, own);
  const byHand = [
    'by hand: remove those lines and run "ec2-instance-connect sshd enable", or',
    `put these in their place${other === undefined ? '' : ` (${at(other.setting.place)})`}:`,
    ...lines,
  ];
  if (command === 'enable' && adoption?.outcome === 'done') {
    return ['both together: ec2-instance-connect sshd adopt', ...byHand];
  }
  if (command === 'enable' && adoption === undefined) {
    // Nobody has tried the other command: a package's script runs nothing of somebody else's.
    const tried = 'ec2-instance-connect sshd adopt --dry-run';
    return [`to see whether both work together: ${tried}`, ...byHand];
  }
  const judged = command === 'adopt' ? reason : adoption?.reason;
  const isDisabled = conflicts.some((conflict) => conflict.reason === 'command-disabled');
  if (judged === undefined || isDisabled || other === undefined) return byHand;
  const why = judged === 'helper-needs-its-user' && adoption !== undefined;
  return [
    ...(why ? [`adopt would refuse: ${adoption.detail ?? ''}`] : []),
    ...(judged === 'helper-needs-its-user' ? groupLines(other, own) : []),
    ...byHand,
    'both by hand, if the other one serves a single login user, such as git:',
    `put the first two lines in the place of its own (${at(other.setting.place)}),`,
    `and the block at the end of ${configFileOf(other)}, where nothing follows it:`,
    ...lines,
    `  Match User ${loginUserOf(other)}`,
    `    AuthorizedKeysCommand ${other.setting.value}`,
    `    AuthorizedKeysCommandUser ${other.user ?? 'nobody'}`,
  ];
}

/** Options of a unit have no file that a block could be in. */
function configFileOf({ setting }: Conflict): string {
  return setting.unit === undefined ? setting.place.path : '/etc/ssh/sshd_config';
}

/**
 * How whom a Match block names gets both: the block's command becomes a script that runs the two, with the
 * arguments that each had.
 */
function blockLines({ setting, user }: Conflict, own: OwnCommand): readonly string[] {
  const [program = '', ...args] = setting.value.split(/\s+/);
  const given = args.length === 0 ? '%u' : args.join(' ');
  const script = '/usr/local/sbin/both-keys';
  return [
    `it is not adopted: beside ours it would run for all users, not for those of`,
    `its block alone, "Match ${setting.match.map(({ text }) => text).join(', ')}"`,
    ...(user === undefined
      ? ['it has no AuthorizedKeysCommandUser in its block, and would run as ours']
      : ['these users go on with it alone, and log in with no pushed key']),
    `pushed keys in its place: remove its lines (${at(setting.place)})`,
    `both: write ${script}, root's and of mode 755:`,
    '  #!/bin/sh',
    '  u=$1 f=$2; shift 2',
    `  ${program} "$@" || :`,
    `  exec ${own.path} "$u" "$f"`,
    'and put in the place of its lines:',
    `  AuthorizedKeysCommand ${script} %u %f ${given}`,
    `  AuthorizedKeysCommandUser ${own.user}`,
  ];
}

/** What a helper may read as its user's group, ours may as a member of it. */
function groupLines({ user }: Conflict, own: OwnCommand): readonly string[] {
  if (user === undefined || user === 'root' || user === 'nobody') return [];
  return [
    `both together, if its group may read its files: usermod -aG "$(id -gn ${user})" ${own.user}`,
    '  and then ec2-instance-connect sshd adopt',
  ];
}

/** Services that serve keys run as the user whom people log in as. */
function loginUserOf({ user }: Conflict): string {
  return user === undefined || user === 'root' || user === 'nobody' ? 'NAME' : user;
}

/** Another command, whom it runs as, and where it is set. */
export function conflictLine({ setting, user }: Conflict): string {
  const match = setting.match.map(({ text }) => `, Match ${text}`).join('');
  const runsAs = user === undefined ? '' : ` as ${user}`;
  const unit = setting.unit === undefined ? '' : `, options of ${setting.unit}`;
  return `AuthorizedKeysCommand ${setting.value}${runsAs} (${at(setting.place)}${unit}${match})`;
}

/** A place as people write it: file and line. */
export function at({ path, line }: Place): string {
  return `${path}:${line}`;
}
