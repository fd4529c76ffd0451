import { HELPERS_DIRECTORY, helperNames } from '../../helpers/names.ts';
import { expandWord, sampleTokens } from '../../ssh/sample-login.ts';
import { sshdEnvironment } from '../../ssh/command-environment.ts';
import { splitWords } from '../../ssh/words.ts';
import type { CommandEnd } from '../../system/program.ts';
import type { Inspection } from '../inspection.ts';
import { shellCommand } from '../remedies.ts';
import { sshdContext, type SshdContext } from './context.ts';
import { commandUser, findAccount, loginAccount, loginUserName } from './people.ts';
import { command, setting } from './sshd.ts';

/** One run of the effective AuthorizedKeysCommand. */
export interface DryRun {
  readonly end: CommandEnd;
  /** A command line that does the same, for a person. */
  readonly shown: string;
  /** The context of the running sshd, where it is another than this process's. */
  readonly context?: SshdContext | undefined;
  /** How it ended out of that context; only where it failed in it. */
  readonly outside?: CommandEnd | undefined;
  /** The end of the first run, where it failed and a second one did not. */
  readonly failedFirst?: CommandEnd | undefined;
  /** Helpers of the administrator's may print what they like. */
  readonly mayPrint: boolean;
}

/** As long as LoginGraceTime would bear with it. */
const LIMIT_MS = 20_000;

/**
 * Runs the effective AuthorizedKeysCommand as sshd does: its words with sshd's tokens replaced, as
 * its user, with sshd's environment, nothing on stdin, in `/`; with the mounts and limits of the running sshd.
 * @param user the login's user name
 */
export async function dryRun(on: Inspection, user: string): Promise<DryRun> {
  const effective = await on.fact(command);
  const line = effective?.command ?? '';
  const account =
    effective?.chained === true && effective.user !== undefined
      ? await findAccount(on, effective.user)
      : await on.fact(commandUser);
  const home = (await on.fact(loginAccount))?.home ?? '/nonexistent';
  const hash = (await setting(on, 'fingerprinthash')).value?.toLowerCase() === 'md5';
  const values = sampleTokens({ user, home, hash: hash ? 'MD5' : 'SHA256' });
  const words = (splitWords(line) ?? []).map((word) => expandWord(word, values) ?? word);
  const [program = '', ...given] = words;
  // sshd_config(5): a command without arguments gets the user's name.
  const args = given.length === 0 ? [user] : given;
  const argv = [program, ...args] as const;
  const environment = account && sshdEnvironment(account);
  const identity = environment === undefined ? {} : { as: account, environment };
  const plain = { argv, limitMs: LIMIT_MS, ...identity };
  const context = await on.fact(sshdContext);
  const entered = account && context?.enter?.(account, argv);
  const end = await on.edges.run(
    entered === undefined
      ? plain
      : { argv: entered, limitMs: LIMIT_MS, ...(environment && { environment }) },
  );
  const failedInside = entered !== undefined && end.status !== 0;
  const as = `--reuid=${account?.name ?? 'nobody'} --regid=${account?.gid ?? 65_534} --clear-groups`;
  return {
    end,
    context,
    outside: failedInside ? await on.edges.run(plain) : undefined,
    shown:
      entered === undefined
        ? `cd / && setpriv ${as} env -i ${shellCommand(...argv)}`
        : `cd / && env -i ${shellCommand(...entered)}`,
    mayPrint:
      effective?.chained === true ||
      helperNames(on.edges.sshd.tree.names(HELPERS_DIRECTORY)).length > 0,
  };
}

/**
 * The dry run for the login user; undefined where there is none. One that fails is made again: a request to IMDS may
 * have come too late once.
 */
export async function loginDryRun(on: Inspection): Promise<DryRun | undefined> {
  const user = await on.fact(loginUserName);
  if (user === undefined) return undefined;
  const first = await dryRun(on, user);
  if (first.end.status === 0) return first;
  const second = await dryRun(on, user);
  return second.end.status === 0 ? { ...second, failedFirst: first.end } : first;
}
