import type { RunResult, SshdEdges } from './edges.ts';
import { sameConfiguration } from './model/arguments.ts';
import { parseDump, type ConfigurationDump } from './model/dump.ts';
import { parseExecLine } from './model/exec-line.ts';
import type { MatchSubject } from './model/match.ts';
import type { SshdStart } from './model/model.ts';
import { parseVersion, type OpenSshVersion } from './model/version.ts';

/** Where sshd is on every host in question. */
const SSHD = '/usr/sbin/sshd';

/** An address nobody connects from (RFC 5737), for `sshd -T -C`. */
const NOBODY = { host: 'nowhere.invalid', addr: '192.0.2.1', laddr: '192.0.2.2', lport: '22' };

/** The answer of `sshd -t`: accepted, or sshd's own words. */
export type ConfigurationCheck =
  { readonly ok: true } | { readonly ok: false; readonly words: string };

/** sshd's program of a start; its unit may name another than /usr/sbin/sshd. */
export function sshdProgram(start?: SshdStart): string {
  return (start?.exec && parseExecLine(start.exec.text)?.program) ?? SSHD;
}

/** The release of the installed sshd; undefined where sshd is missing or says something else. */
export function sshdVersion(edges: SshdEdges): OpenSshVersion | undefined {
  const { stdout, stderr } = edges.run([SSHD, '-V']);
  return parseVersion(stdout + stderr);
}

/** Asks sshd itself (`sshd -t`) whether it accepts the configuration that a start gives it. */
export function checkConfiguration(edges: SshdEdges, start: SshdStart): ConfigurationCheck {
  const ended = askSshd(edges, start, ['-t']);
  if (ended.status === 0) return { ok: true };
  const words = (ended.stderr + ended.stdout).trim();
  return { ok: false, words: words === '' ? `status ${ended.status ?? 'unknown'}` : words };
}

/**
 * Asks sshd (`sshd -T -C user=…`) for the values that are effective for somebody who connects from
 * an address of the documentation range. `-C` is given whole: before OpenSSH 7.x it needs user, host
 * and addr, and since then every attribute that a Match line asks for.
 *
 * @returns undefined where sshd refuses
 */
export function dumpConfiguration(
  edges: SshdEdges,
  start: SshdStart,
  subject: MatchSubject,
): ConfigurationDump | undefined {
  const { host, addr, laddr, lport } = NOBODY;
  const names = start.configuration.lines.flatMap((line) =>
    line.match.flatMap((block) => block.criteria.map(({ name }) => name)),
  );
  const parts = [`user=${subject.user ?? 'root'}`, `host=${host}`, `addr=${addr}`];
  parts.push(`laddr=${laddr}`, `lport=${lport}`);
  // Known since 7.7 only, so it is given where a Match line proves that sshd knows it.
  if (names.includes('rdomain')) parts.push('rdomain=');
  const ended = askSshd(edges, start, ['-T', '-C', parts.join(',')]);
  return ended.status === 0 ? parseDump(ended.stdout) : undefined;
}

/**
 * Runs sshd in a test mode with a start's own arguments. Two things that a chroot or a socket-started
 * sshd lacks would make it refuse for reasons of their own, so they are provided: the folder for
 * privilege separation, which is otherwise made when the service starts, and a host key, which the
 * first boot makes; the key is thrown away.
 */
function askSshd(edges: SshdEdges, start: SshdStart, mode: readonly string[]): RunResult {
  const argv = [sshdProgram(start), ...mode, ...sameConfiguration(start.arguments)];
  const ended = runWithFolder(edges, argv);
  if (ended.status === 0 || !ended.stderr.includes('no hostkeys available')) return ended;
  return edges.withTemporaryFolder((directory) => {
    const key = `${directory}/hostkey`;
    edges.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', key]);
    return runWithFolder(edges, [...argv, '-h', key]);
  });
}

// sshd asks for its host keys first, for the folder only when it has one.
function runWithFolder(edges: SshdEdges, argv: readonly string[]): RunResult {
  const ended = edges.run(argv);
  const missing = /Missing privilege separation directory: (\/(?:var\/)?run\/\S+)/.exec(
    ended.stderr,
  );
  if (ended.status === 0 || missing?.[1] === undefined) return ended;
  edges.put(missing[1], { type: 'directory', mode: 0o755 });
  return edges.run(argv);
}
