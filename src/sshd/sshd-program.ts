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

/** What sshd says where its folder for privilege separation is missing. */
const MISSING_FOLDER = /Missing privilege separation directory: (\/\S+)/;

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

/**
 * Asks sshd itself (`sshd -t`) whether it accepts the configuration that a start gives it. That it
 * lacks a host key or its folder, which the first boot and the service make, is no objection.
 */
export function checkConfiguration(edges: SshdEdges, start: SshdStart): ConfigurationCheck {
  const ended = askSshd(edges, start, ['-t']);
  // The folder is what sshd looks for last, when it has accepted all the rest (main in sshd.c).
  return answerOf(MISSING_FOLDER.test(ended.stderr) ? { ...ended, status: 0 } : ended);
}

/**
 * Asks sshd (`sshd -t`) whether it would start as things are: SIGHUP makes it begin anew, and it ends
 * if a host key or its folder is missing by then.
 */
export function checkStart(edges: SshdEdges, start: SshdStart): ConfigurationCheck {
  return answerOf(edges.run([sshdProgram(start), '-t', ...sameConfiguration(start.arguments)]));
}

function answerOf(ended: RunResult): ConfigurationCheck {
  if (ended.status === 0) return { ok: true };
  const words = (ended.stderr + ended.stdout).trim();
  return { ok: false, words: words === '' ? `status ${ended.status ?? 'unknown'}` : words };
}

/**
 * Asks sshd (`sshd -T -C user=…`) for the values that are effective for somebody who connects from
 * an address of the documentation range. `-C` is given whole: before OpenSSH 7.x it needs user, host
 * and addr, and since then every attribute that a Match line asks for.
 *
 * @param folder sshd does not answer without its folder for privilege separation, which its service makes:
 *   a command that changes things may make it for the answer
 * @returns undefined where sshd refuses
 */
export function dumpConfiguration(
  edges: SshdEdges,
  start: SshdStart,
  subject: MatchSubject,
  folder: 'leave' | 'make' = 'leave',
): ConfigurationDump | undefined {
  const { host, addr, laddr, lport } = NOBODY;
  const names = start.configuration.lines.flatMap((line) =>
    line.match.flatMap((block) => block.criteria.map(({ name }) => name)),
  );
  const parts = [`user=${subject.user ?? 'root'}`, `host=${host}`, `addr=${addr}`];
  parts.push(`laddr=${laddr}`, `lport=${lport}`);
  // Known since 7.7 only, so it is given where a Match line proves that sshd knows it.
  if (names.includes('rdomain')) parts.push('rdomain=');
  const ask = (): RunResult => askSshd(edges, start, ['-T', '-C', parts.join(',')]);
  let ended = ask();
  const missing = folder === 'make' ? MISSING_FOLDER.exec(ended.stderr)?.[1] : undefined;
  if (missing !== undefined) {
    edges.put(missing, { type: 'directory', mode: 0o755 });
    ended = ask();
    edges.put(missing, null);
  }
  return ended.status === 0 ? parseDump(ended.stdout) : undefined;
}

/**
 * Runs sshd in a test mode with a start's own arguments, and with a host key that is thrown away where it
 * has none, which the first boot makes. sshd asks for its host keys first, for its folder only then.
 */
function askSshd(edges: SshdEdges, start: SshdStart, mode: readonly string[]): RunResult {
  const argv = [sshdProgram(start), ...mode, ...sameConfiguration(start.arguments)];
  const ended = edges.run(argv);
  if (ended.status === 0 || !ended.stderr.includes('no hostkeys available')) return ended;
  try {
    return edges.withTemporaryFolder((directory) => {
      const key = `${directory}/hostkey`;
      edges.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', key]);
      return edges.run([...argv, '-h', key]);
    });
  } catch {
    return ended; // There is no room for a key, and sshd's own words are as good.
  }
}
