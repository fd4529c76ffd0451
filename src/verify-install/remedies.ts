import type { Place } from '../system/file-tree.ts';
import type { Remedy } from './check.ts';
import { family, hasSystemd, isThere } from './facts/host.ts';
import { pidFile } from './facts/process.ts';
import { sshd } from './facts/sshd.ts';
import type { Inspection } from './inspection.ts';

const PACKAGE = 'ec2-instance-connect';

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

/** Puts the package's files back as they were. */
export function reinstall(on: Inspection): Remedy {
  if (on.fact(family) === 'deb') return { command: `apt-get install --reinstall -y ${PACKAGE}` };
  return { command: `${rpmTool(on)} reinstall -y ${PACKAGE}` };
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

/** Makes the running sshd read its configuration again, if it is right; no session ends. */
export async function reload(on: Inspection): Promise<string> {
  const program = (await on.fact(sshd))?.program ?? '/usr/sbin/sshd';
  return `${program} -t && ${await signal(on)}`;
}

async function signal(on: Inspection): Promise<string> {
  const unit = (await on.fact(sshd))?.start.unit?.name;
  if (unit?.includes('@') === true) return 'true';
  if (on.fact(hasSystemd) && unit !== undefined) return `systemctl reload-or-restart ${unit}`;
  return `kill -HUP "$(cat ${shellWord(await pidFile(on))})"`;
}

/** Takes a line of sshd's configuration out by making it a comment, and reloads. */
export async function commentOut(on: Inspection, place: Place): Promise<Remedy> {
  return editLine(on, place, 's/^/#/');
}

/** Edits one line of sshd's configuration with sed(1), and reloads; expressions are extended ones. */
export async function editLine(on: Inspection, place: Place, edit: string): Promise<Remedy> {
  const sed = shellCommand('sed', '-E', '-i', `${place.line}${edit}`, place.path);
  return { command: `${sed} && ${await reload(on)}` };
}

/** The way of last resort: look at it by hand. */
export function lookAt(command: string, note: string): Remedy {
  return { command, note };
}
