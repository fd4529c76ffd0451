import { hostCommand } from '../../sshd/context.ts';
import type { ConfigurationDump } from '../../sshd/model/dump.ts';
import {
  effectiveCommand,
  effectiveSetting,
  type EffectiveCommand,
  type EffectiveSetting,
  type OwnCommand,
} from '../../sshd/model/effective.ts';
import type { MatchSubject } from '../../sshd/model/match.ts';
import { readModel, type Setting, type SshdModel, type SshdStart } from '../../sshd/model/model.ts';
import type { OpenSshVersion } from '../../sshd/model/version.ts';
import { hostStarts } from '../../sshd/plan/conflicts.ts';
import {
  checkConfiguration,
  dumpConfiguration,
  sshdProgram,
  sshdVersion,
  type ConfigurationCheck,
} from '../../sshd/sshd-program.ts';
import { acceptsConnections } from '../../system/unit.ts';
import type { Inspection } from '../inspection.ts';
import { hasSystemd } from './host.ts';
import { groupsOf, loginGroups, loginUserName } from './people.ts';

/** What is configured, and the start that answers connections on this host. */
export interface SshdFacts {
  readonly model: SshdModel;
  readonly start: SshdStart;
  /** The program of that start. */
  readonly program: string;
  /** The sockets whose connections start it; empty where it listens itself. */
  readonly sockets: readonly string[];
}

/** The release of the installed sshd; undefined where there is none. */
export function version(on: Inspection): OpenSshVersion | undefined {
  return sshdVersion(on.edges.sshd);
}

/** Reads the model of sshd's configuration, and chooses the start that is in use. */
export async function sshd(on: Inspection): Promise<SshdFacts | undefined> {
  const model = readModel(on.edges.sshd.tree, on.fact(version));
  const sockets = on.fact(hasSystemd) ? await active(on, ['ssh.socket', 'sshd.socket']) : [];
  const start = await startInUse(on, hostStarts(model), sockets);
  return start && { model, start, program: sshdProgram(start), sockets };
}

/** A file of sshd's configuration that this user may not read, if there is one. */
export async function unreadable(on: Inspection): Promise<string | undefined> {
  await on.fact(sshd);
  return on.edges.sshd.unreadable().find((path) => path.startsWith('/etc/ssh'));
}

/** `sshd -t` with the arguments of the start in use; only root's answer means anything. */
export async function configTest(on: Inspection): Promise<ConfigurationCheck | undefined> {
  const facts = await on.fact(sshd);
  return facts && checkConfiguration(on.edges.sshd, facts.start);
}

/** `sshd -T` for the user in question; undefined where sshd does not answer, and for all but root. */
export async function dump(on: Inspection): Promise<ConfigurationDump | undefined> {
  const facts = await on.fact(sshd);
  if (!on.isRoot || facts === undefined) return undefined;
  return dumpConfiguration(on.edges.sshd, facts.start, await on.fact(subject));
}

/** Whom Match blocks are asked about. */
export async function subject(on: Inspection): Promise<MatchSubject> {
  const user = await on.fact(loginUserName);
  return user === undefined ? {} : { user, groups: await on.fact(loginGroups) };
}

/** The paths that are this program, and its user. */
export function own(on: Inspection): OwnCommand {
  return hostCommand(on.edges.sshd);
}

/** The AuthorizedKeysCommand that is effective for the user in question. */
export async function command(on: Inspection): Promise<EffectiveCommand | undefined> {
  const facts = await on.fact(sshd);
  if (facts === undefined) return undefined;
  return effectiveCommand(facts.start, on.fact(own), await on.fact(subject), await on.fact(dump));
}

/** The AuthorizedKeysCommand that is effective for some other user. */
export async function commandFor(
  on: Inspection,
  user: string,
): Promise<EffectiveCommand | undefined> {
  const facts = await on.fact(sshd);
  if (facts === undefined) return undefined;
  const whom = { user, groups: await groupsOf(on, user) };
  const dumped = on.isRoot ? dumpConfiguration(on.edges.sshd, facts.start, whom) : undefined;
  return effectiveCommand(facts.start, on.fact(own), whom, dumped);
}

/**
 * A keyword's value for the user in question, and the line that sets it.
 * @param keyword in lower case
 */
export async function setting(on: Inspection, keyword: string): Promise<EffectiveSetting> {
  const facts = await on.fact(sshd);
  if (facts === undefined) return { agrees: false };
  return effectiveSetting(facts.start, keyword, await on.fact(subject), await on.fact(dump));
}

/** Where a setting stands, for people: file and line, and the unit or Match block around it. */
export function describePlace(setting: Setting | undefined): string {
  if (setting === undefined) return "sshd's defaults";
  const { place, unit, match } = setting;
  const block = match.map(({ text }) => `, in Match ${text}`).join('');
  return `${place.path}:${place.line}${unit === undefined ? '' : `, ${unit}`}${block}`;
}

/** Which of these units systemd has active. */
async function active(on: Inspection, units: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await on.edges.run({ argv: ['systemctl', 'is-active', '--', ...units] });
  const states = stdout.trim().split('\n');
  return units.filter((_, index) => states[index] === 'active');
}

/** A template is in use where a socket starts one service a connection. */
async function startInUse(
  on: Inspection,
  starts: readonly SshdStart[],
  sockets: readonly string[],
): Promise<SshdStart | undefined> {
  const [only, ...others] = starts;
  if (others.length === 0) return only;
  const services = starts.filter(({ unit }) => unit?.name.includes('@') !== true);
  if (!on.fact(hasSystemd)) return services[0] ?? only;
  const names = services.flatMap(({ unit }) => unit?.name ?? []);
  const running = names.length === 0 ? [] : await active(on, names);
  const inUse = services.find(({ unit }) => unit !== undefined && running.includes(unit.name));
  const template = starts.find(({ unit }) => /^sshd?@\.service$/.test(unit?.name ?? ''));
  // Debian 13 has a template for other sockets as well, so ssh.service comes first unless its socket
  // accepts the connections itself.
  const { tree } = on.edges.sshd;
  const perConnection = sockets.some((name) => acceptsConnections(tree, name))
    ? template
    : undefined;
  return inUse ?? perConnection ?? services[0] ?? only;
}
