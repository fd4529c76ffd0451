import { CONFIG_FILE } from '../model/arguments.ts';
import { commandFacts, effectiveCommand, isNone, type OwnCommand } from '../model/effective.ts';
import type { Place } from '../../system/file-tree.ts';
import { matchAnswer } from '../model/match.ts';
import { matchSettings, type Setting, type SshdModel, type SshdStart } from '../model/model.ts';

/** Why enable leaves an sshd as it is. */
export type ConflictReason = 'other-command' | 'command-in-match' | 'command-disabled';

/** An AuthorizedKeysCommand that is not ours, and the statement that sets it. */
export interface Conflict {
  readonly reason: ConflictReason;
  readonly setting: Setting;
  /** The user that the other command runs as, where it is known. */
  readonly user?: string;
}

const COMMAND = 'authorizedkeyscommand';

/**
 * The starts that are this host's own sshd: those that read /etc/ssh/sshd_config. An sshd that an
 * administrator starts beside it with a file of its own (`-f`) is nobody's business but his.
 */
export function hostStarts(model: SshdModel): readonly SshdStart[] {
  const standard = model.starts.filter((start) => start.arguments.configFile === CONFIG_FILE);
  return standard.length > 0 ? standard : model.starts;
}

/**
 * Whether a start runs our command, as our user, for everybody outside of Match blocks. Behind
 * another command's chain it runs as that one's user.
 */
export function runsOurs(start: SshdStart, own: OwnCommand): boolean {
  const command = effectiveCommand(start, own);
  return command.works && (command.chained || command.user === own.user);
}

/**
 * Every AuthorizedKeysCommand in the way: another one that is effective; one in a Match block that
 * is not ours; or an explicit `none`, which is an administrator's decision too. A `none` in a Match
 * block shuts keys off for the block alone and is no conflict.
 */
export function findConflicts(starts: readonly SshdStart[], own: OwnCommand): readonly Conflict[] {
  const conflicts = starts.flatMap((start) => [
    ...globalConflicts(start, own),
    ...matchConflicts(start, own),
  ]);
  return firstOfEach(conflicts, ({ setting }) => [
    setting.place.path,
    setting.place.line,
    setting.value,
  ]);
}

/**
 * The first item of each key, in order, in one pass.
 *
 * @param keyOf what makes two items the same
 */
export function firstOfEach<T>(
  items: readonly T[],
  keyOf: (item: T) => readonly (string | number)[],
): readonly T[] {
  const seen = new Set<string>();
  return items.filter((item) => {
    const key = JSON.stringify(keyOf(item));
    const isFirst = !seen.has(key);
    seen.add(key);
    return isFirst;
  });
}

/**
 * Whether enable and adopt have to stop at a conflict. One in a Match block decides for the block's users
 * alone and goes on doing so, unless the block holds for everybody, or has no AuthorizedKeysCommandUser of
 * its own: its command would run as our user then.
 */
export function standsInTheWay({ reason, setting, user }: Conflict): boolean {
  if (reason !== 'command-in-match') return true;
  return user === undefined || matchAnswer(setting.match, {}) === 'yes';
}

function matchConflicts(start: SshdStart, own: OwnCommand): Conflict[] {
  const users = new Map<Place | undefined, string | undefined>();
  for (const { match, args } of matchSettings(start, 'authorizedkeyscommanduser')) {
    const block = match.at(-1)?.place;
    if (!users.has(block)) users.set(block, args[0]);
  }
  return matchSettings(start, COMMAND)
    .filter(({ value }) => !isNone(value) && !commandFacts(value, own, start.version).ours)
    .map((setting): Conflict => {
      const user = users.get(setting.match.at(-1)?.place);
      return { reason: 'command-in-match', setting, ...(user === undefined ? {} : { user }) };
    });
}

/** What a conflict is, in words: which command, and where it is set. */
export function conflictDetail({ setting }: Conflict): string {
  const { path, line } = setting.place;
  return `AuthorizedKeysCommand ${setting.value} (${path}:${line})`;
}

function globalConflicts(start: SshdStart, own: OwnCommand): Conflict[] {
  const { setting, user, ours } = effectiveCommand(start, own);
  if (setting === undefined || setting.match.length > 0 || ours) return [];
  if (isNone(setting.value)) return [{ reason: 'command-disabled', setting }];
  return [{ reason: 'other-command', setting, ...(user === undefined ? {} : { user }) }];
}
