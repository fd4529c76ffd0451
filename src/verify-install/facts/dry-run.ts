import { createHash } from 'node:crypto';
import { HELPERS_DIRECTORY, helperNames } from '../../helpers/names.ts';
import { fingerprintOf } from '../../ssh/fingerprint.ts';
import { sshdEnvironment } from '../../ssh/command-environment.ts';
import { expandTokens } from '../../ssh/tokens.ts';
import { splitWords } from '../../ssh/words.ts';
import type { CommandEnd } from '../../system/program.ts';
import type { Inspection } from '../inspection.ts';
import { shellCommand } from '../remedies.ts';
import { commandUser, loginAccount, loginUserName } from './people.ts';
import { command, setting } from './sshd.ts';

/** One run of the effective AuthorizedKeysCommand. */
export interface DryRun {
  readonly end: CommandEnd;
  /** A command line that does the same, for a person. */
  readonly shown: string;
  /** Helpers of the administrator's may print what they like. */
  readonly mayPrint: boolean;
}

/** As long as LoginGraceTime would bear with it. */
const LIMIT_MS = 20_000;

/**
 * Runs the effective AuthorizedKeysCommand as sshd does: its words with sshd's tokens replaced, as
 * its user, with sshd's environment, nothing on stdin, in `/`.
 * @param user the login's user name
 */
export async function dryRun(on: Inspection, user: string): Promise<DryRun> {
  const line = (await on.fact(command))?.command ?? '';
  const account = await on.fact(commandUser);
  const home = (await on.fact(loginAccount))?.home ?? '/nonexistent';
  const hash = (await setting(on, 'fingerprinthash')).value?.toLowerCase() === 'md5';
  const values = tokenValues(user, home, hash ? 'MD5' : 'SHA256');
  const words = (splitWords(line) ?? []).map((word) => expandTokens(word, values));
  const [program = '', ...args] = words;
  const identity =
    account === undefined ? {} : { as: account, environment: sshdEnvironment(account) };
  const end = await on.edges.run({ argv: [program, ...args], limitMs: LIMIT_MS, ...identity });
  const as = `--reuid=${account?.name ?? 'nobody'} --regid=${account?.gid ?? 65_534} --clear-groups`;
  return {
    end,
    shown: `cd / && setpriv ${as} env -i ${shellCommand(program, ...args)}`,
    mayPrint: helperNames(on.edges.sshd.tree.names(HELPERS_DIRECTORY)).length > 0,
  };
}

/** The dry run for the login user; undefined where there is none. */
export async function loginDryRun(on: Inspection): Promise<DryRun | undefined> {
  const user = await on.fact(loginUserName);
  return user === undefined ? undefined : dryRun(on, user);
}

/** A well-formed ED25519 key that nobody can have the other half of: its point is a hash. */
function tokenValues(
  user: string,
  home: string,
  hash: 'SHA256' | 'MD5',
): ReadonlyMap<string, string> {
  const type = 'ssh-ed25519';
  const point = createHash('sha256').update('verify-install').digest();
  const wire = Buffer.concat([wireString(Buffer.from(type)), wireString(point)]);
  return new Map([
    ['u', user],
    ['U', '65534'],
    ['h', home],
    ['t', type],
    ['k', wire.toString('base64')],
    ['f', fingerprintOf(wire, hash)],
    ['C', '192.0.2.1 1 192.0.2.2 22'],
    ['D', ''],
  ]);
}

/** RFC 4251, section 5: a length of four bytes, then the bytes. */
function wireString(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
