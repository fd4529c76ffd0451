import type { CommandModule } from 'yargs';
import { UsageError, type Person } from './command.ts';
import type { Standing } from '../login/conclusion.ts';
import { runLogin } from '../login/login.ts';
import type { Run } from '../login/run.ts';
import { LOGIN_ARGUMENTS } from '../ssh/login-call.ts';

interface LoginArguments {
  readonly user?: string | undefined;
  readonly fingerprint?: string | undefined;
  readonly token?: readonly string[] | undefined;
  readonly explain: boolean;
}

const DESCRIBE = 'print the pushed keys that sshd may accept now (the AuthorizedKeysCommand)';

const TOKENS = {
  type: 'string',
  array: true,
  describe: 'values for helpers: k=%k, t=%t, h=%h, U=%U, C=%C, D=%D',
} as const;

const EXPLAIN = {
  type: 'boolean',
  default: false,
  describe: 'also print each step to standard error: what was asked, found and decided',
} as const;

/** `authorized-keys`: what sshd runs, for a person who wants to see it run. */
export function loginCommand({ edges, finish }: Person): CommandModule<object, LoginArguments> {
  return {
    command: `authorized-keys ${LOGIN_ARGUMENTS}`,
    describe: DESCRIBE,
    builder: (yargs) =>
      yargs
        .usage(`$0 authorized-keys ${LOGIN_ARGUMENTS} [--explain]\n\n${DESCRIBE}`)
        .positional('user', {
          type: 'string',
          describe: 'the OS user who logs in (%u)',
        })
        .positional('fingerprint', {
          type: 'string',
          describe: 'the offered key, SHA256:... or MD5:... (%f)',
        })
        .positional('token', TOKENS)
        .option('explain', EXPLAIN),
    handler: async ({ user = '', fingerprint, token: tokens = [], explain }) => {
      if (user === '') throw new UsageError('expected a user, got ""');
      const odd = tokens.find((token) => !/^[A-Za-z]=/.test(token));
      if (odd !== undefined) throw new UsageError(`expected a token as k=VALUE, got "${odd}"`);
      const args = fingerprint === undefined ? [user] : [user, fingerprint, ...tokens];
      const exitCode = await runLogin(
        args,
        edges,
        explain
          ? { explain: explainer(edges.run), standing: (name) => standingOf(edges, name) }
          : {},
      );
      finish(exitCode);
    },
  };
}

/** What sshd has for a user; where that cannot be found out, the explanation is none the worse. */
async function standingOf({ sshd }: Person['edges'], user: string): Promise<Standing> {
  try {
    const { status } = await import('../sshd/status.ts');
    const host = await sshd();
    const { unknownUser, effective } = status(host, user);
    return { isKnown: unknownUser === undefined, isAsked: host.isRoot ? effective : undefined };
  } catch {
    return { isKnown: true, isAsked: undefined };
  }
}

/** Each step with the time since the start, so that a slow one can be seen. */
function explainer(run: Run): (step: string) => void {
  return (step) => {
    const milliseconds = (process.uptime() * 1000).toFixed(0).padStart(5);
    run.write(2, `${milliseconds} ms  ${step}\n`);
  };
}
