import { printable } from '../log/printable.ts';
import type { Setting } from '../sshd/model/model.ts';
import type { Place } from '../system/file-tree.ts';
import type { Choice, Decision, Fix, Look } from './check.ts';
import { family, hasSystemd, isThere } from './facts/host.ts';
import { pidFile } from './facts/process.ts';
import { sshd } from './facts/sshd.ts';
import type { Inspection } from './inspection.ts';

const PACKAGE = 'ec2-instance-connect';

/** More commands than these are not for typing. */
export const MAX_COMMANDS = 4;

/** A longer line of a configuration is not for pasting. */
const MAX_LINE = 400;

/**
 * Quotes a word for a POSIX shell where that is necessary. Without a backslash, which a report
 * would have to write in another way.
 */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'"'"'`)}'`;
}

/** A command line whose words are quoted. */
export function shellCommand(...words: readonly string[]): string {
  return words.map(shellWord).join(' ');
}

/** A command that may be pasted unread. */
export function fix(command: string, note?: string): Fix {
  return { kind: 'fix', command, ...(note === undefined ? {} : { note }) };
}

/** A command that shows more, and what to look for. */
export function lookAt(command: string, note?: string): Look {
  return { kind: 'look', command, ...(note === undefined ? {} : { note }) };
}

/** A command that shows somebody's rule, whom else it concerns, and the ways out. */
export function decide(command: string, concerns: string, ...choices: readonly Choice[]): Decision {
  return { kind: 'decision', command, concerns, choices };
}

/** Puts the package's files back as they were. */
export function reinstall(on: Inspection): Fix {
  if (on.fact(family) === 'deb') return fix(`apt-get install --reinstall -y ${PACKAGE}`);
  return fix(`${rpmTool(on)} reinstall -y ${PACKAGE}`);
}

/** Installs another package of the host's distribution. */
export function install(on: Inspection, name: string): string {
  return on.fact(family) === 'deb'
    ? `apt-get install -y ${name}`
    : `${rpmTool(on)} install -y ${name}`;
}

/** dnf where the host has it; Amazon Linux 2 has only yum. */
export function rpmTool(on: Inspection): string {
  return isThere(on, '/usr/bin/dnf') ? 'dnf' : 'yum';
}

/**
 * Makes the running sshd read its configuration again, if it is valid; no session ends. A service that a socket
 * starts is stopped: a reload would make it end, for its listening socket is systemd's, and the next connection
 * starts it anew.
 */
export async function reload(on: Inspection): Promise<string> {
  const program = (await on.fact(sshd))?.program ?? '/usr/sbin/sshd';
  return `${program} -t && ${await signal(on)}`;
}

async function signal(on: Inspection): Promise<string> {
  const { start, sockets = [] } = (await on.fact(sshd)) ?? {};
  const unit = start?.unit?.name;
  if (unit?.includes('@') === true) return 'true';
  if (on.fact(hasSystemd) && unit !== undefined) {
    return `systemctl ${sockets.length > 0 ? 'stop' : 'reload-or-restart'} ${unit}`;
  }
  return `kill -HUP "$(cat ${shellWord(await pidFile(on))})"`;
}

/** Makes a line of sshd's configuration a comment: a command of sed(1). */
export const COMMENT_OUT = 's/^/#/';

/** Takes a line of sshd's configuration out by making it a comment, and reloads. */
export function commentOut(on: Inspection, place: Place): Promise<string> {
  return editLine(on, place, COMMENT_OUT);
}

/** What can be done about somebody's line of sshd's configuration. */
export interface LineChange {
  /** A command of sed in extended syntax, without an address; the line becomes a comment without. */
  readonly edit?: string;
  /** A command instead of that edit. */
  readonly command?: string;
  /** What the edit changes, for whom. */
  readonly changes: string;
  /** Ways out that change less than all others. */
  readonly before?: readonly Choice[];
  /** A way out for one user alone, which comes first: what stands in a Match block for the user. */
  readonly alone?: {
    readonly user: string;
    readonly settings: readonly string[];
    readonly changes: string;
  };
}

/**
 * Decides about a line that was written on purpose: shows it, says whom it concerns, and offers what
 * changes least first.
 */
export async function decideLine(
  on: Inspection,
  { place, match }: Setting,
  { edit = COMMENT_OUT, command, changes, before = [], alone }: LineChange,
): Promise<Decision> {
  const block = match.map(({ text }) => text).join(', ');
  const concerns = block === '' ? 'everybody who logs in here' : `everybody in "Match ${block}"`;
  const forOne = alone && (await forUserAlone(on, alone.user, ...alone.settings));
  return decide(
    shellCommand('sed', '-n', `${place.line}p`, place.path),
    concerns,
    ...before,
    ...(forOne === undefined ? [] : [{ command: forOne, changes: alone?.changes ?? '' }]),
    { command: command ?? (await editLine(on, place, edit)), changes },
  );
}

/**
 * Edits one line of sshd's configuration with sed(1), and reloads; see editLines.
 * @param edit a command of sed in extended syntax, without an address
 */
export async function editLine(on: Inspection, place: Place, edit: string): Promise<string> {
  return editLines(on, [place], edit, await reload(on));
}

/**
 * Edits lines of sshd's configuration with sed(1). The command carries each line as it was read: where
 * another text stands there by the time somebody pastes it, it says so, changes nothing and fails.
 * @param places of different lines, at least one
 * @param edit a command of sed in extended syntax, without an address, which adds no line
 * @param afterwards a command that follows where the lines have been edited
 */
export function editLines(
  on: Inspection,
  places: readonly Place[],
  edit: string,
  afterwards: string,
): string {
  const same: string[] = [];
  for (const { path, line } of places) {
    const text = on.edges.sshd.tree.text(path)?.split('\n')[line - 1];
    // A text that the report would not show as it is cannot be compared with either.
    if (text === undefined || printable(text, MAX_LINE) !== text) {
      return shellCommand('sed', '-n', `${line}p`, path);
    }
    same.push(`sed -n ${line}p ${shellWord(path)} | grep -Fqx -e ${shellWord(text)}`);
  }
  const edits = places.map(({ path, line }) =>
    shellCommand('sed', '-E', '-i', `${line}${edit}`, path),
  );
  const where = places.map(({ path, line }) => `${path}:${line}`).join(' or ');
  const changed = `{ echo ${shellWord(`${where} has changed since the report: nothing done`)} >&2; false; }`;
  return `if ${same.join(' && ')}; then ${[...edits, afterwards].join(' && ')}; else ${changed}; fi`;
}

/**
 * Opens a file to everybody for reading, with each folder on the way to it that is closed: the
 * command's user is nobody in particular.
 * @param path a file; root sees it whatever its mode
 */
export function openUp(on: Inspection, path: string): string {
  const [file, ...folders] = on.edges.wayTo(path);
  const closed = folders.filter(({ mode }) => (mode & 0o001) === 0).map((each) => each.path);
  const commands = [
    ...(closed.length === 0 ? [] : [shellCommand('chmod', 'o+x', ...closed)]),
    ...(file === undefined || (file.mode & 0o004) !== 0
      ? []
      : [shellCommand('chmod', 'o+r', path)]),
  ];
  return commands.join(' && ') || shellCommand('namei', '-l', path);
}

/**
 * A setting for one user alone: a Match block in a file that sshd reads before its others. A value of
 * a matching block wins over the global one (sshd_config(5), Match).
 * @returns undefined where the host's sshd_config includes no folder of drop-ins
 */
export async function forUserAlone(
  on: Inspection,
  user: string,
  ...settings: readonly string[]
): Promise<string | undefined> {
  const folder = '/etc/ssh/sshd_config.d';
  const main = on.edges.sshd.tree.text('/etc/ssh/sshd_config') ?? '';
  if (!new RegExp(`^\\s*Include\\s+"?${folder}/\\*\\.conf`, 'im').test(main)) return undefined;
  // `Match all` ends the block: the file is part of a larger text.
  const lines = [`Match User ${user}`, ...settings, 'Match all'];
  const path = `${folder}/00-ec2-instance-connect-${user.replace(/[^A-Za-z0-9_-]/g, '_')}.conf`;
  // Without a backslash, which a report would have to write in another way.
  const print = lines.map((line) => `echo ${shellWord(line)}`).join('; ');
  return `{ ${print}; } > ${path} && ${await reload(on)}`;
}
