import { fillTemplate, parseTemplate } from '../helpers/arguments.ts';
import { sampleTokens, type SampleLogin } from '../ssh/sample-login.ts';
import { noSuchUser } from '../system/nearest-names.ts';
import type { WiringContext } from './context.ts';
import type { RunResult, SshdEdges } from './edges.ts';
import { meantUsers } from './login-user.ts';
import type { Adoption } from './plan/adoption.ts';
import type { Conflict } from './plan/conflicts.ts';
import { WiringRefusal } from './result.ts';

/** Users without rights of their own: what a helper can do as one of them, it can do as ours. */
const UNPRIVILEGED = ['nobody'];

/** People's accounts (login.defs(5): UID_MIN, UID_MAX), and how many logins are tried. */
const FIRST_PERSON = 1000;
const LAST_PERSON = 60_000;
const MAX_TRIALS = 20;

const SETPRIV = '/usr/bin/setpriv';

/**
 * Beside ours a helper runs as our system user, not as its own. Runs it both ways for several logins,
 * as sshd would, and refuses where the answers differ, and where a helper that runs as a user with
 * rights of its own gave no key at all, which proves nothing. Many give keys for the offered key
 * alone, so a person can name one.
 */
export function tryHelper(context: WiringContext, other: Conflict, adoption: Adoption): void {
  const { edges, own } = context;
  const user = other.user ?? 'nobody';
  if (user === own.user) return;
  let proven = UNPRIVILEGED.includes(user);
  for (const login of trialLogins(context)) {
    const argv = [adoption.program, ...trialArguments(adoption.template, login)];
    const before = runAs(edges, argv, user);
    const after = runAs(edges, argv, own.user);
    // What sshd takes: the output of exit status 0 alone.
    const [its, ours] = [before, after].map((ended) => (ended?.status === 0 ? ended.stdout : ''));
    if (its !== ours) {
      const detail = `as ${own.user} ${adoption.program} answers otherwise for ${login.user} than as ${user}`;
      throw new WiringRefusal('helper-needs-its-user', detail, [other]);
    }
    proven ||= its !== '';
  }
  if (proven) return;
  const detail =
    `as ${user} ${adoption.program} gave no key to compare; ` +
    'name a login that it has keys for: --try-user NAME --try-key FILE.pub';
  throw new WiringRefusal('helper-needs-its-user', detail, [other]);
}

/** Refuses a user or a key to try with that there is not, also where nothing is tried. */
export function demandTrials({ edges, options }: WiringContext): void {
  for (const user of options.tryUsers ?? []) {
    const meant = meantUsers(edges, user);
    if (meant !== undefined) {
      throw new WiringRefusal('try-user-unknown', noSuchUser(user, meant));
    }
  }
  for (const path of options.tryKeys ?? []) readKey(edges, path);
}

/** Each user with each key: those that were named first, then root and people's accounts. */
function trialLogins(context: WiringContext): readonly SampleLogin[] {
  const { edges } = context;
  const { tryUsers = [], tryKeys = [] } = context.options;
  const lines = edges.run(['getent', 'passwd']).stdout.split('\n');
  const listed = lines.map(accountLogin).filter(({ user, uid }) => {
    const isPerson = Number(uid) >= FIRST_PERSON && Number(uid) <= LAST_PERSON;
    return user !== '' && (uid === '0' || isPerson);
  });
  const named = tryUsers.map((user) => ({
    ...accountLogin(edges.run(['getent', 'passwd', '--', user]).stdout),
    user,
  }));
  const users = [...named, ...listed];
  const keys = tryKeys.map((path) => readKey(edges, path));
  const logins = keys.flatMap((key) => users.map((login): SampleLogin => ({ ...login, key })));
  return [...logins, ...users].slice(0, MAX_TRIALS);
}

function accountLogin(line: string): SampleLogin & { readonly uid: string } {
  const [user = '', , uid = '', , , home = '/'] = line.split('\n')[0]?.split(':') ?? [];
  return { user, uid, home };
}

/** A file as ssh-keygen(1) writes it: type, base64 and comment; a certificate looks the same. */
function readKey(edges: SshdEdges, path: string): NonNullable<SampleLogin['key']> {
  const [type, base64] = edges.tree.text(path)?.trim().split(/\s+/) ?? [];
  const fingerprint = edges.run(['ssh-keygen', '-l', '-f', path]).stdout.split(' ')[1];
  if (type === undefined || base64 === undefined || fingerprint?.startsWith('SHA256:') !== true) {
    throw new WiringRefusal('try-key-unreadable', `${path} is not a public key`);
  }
  return { type, base64, fingerprint };
}

function trialArguments(template: string, login: SampleLogin): readonly string[] {
  const parsed = parseTemplate(template);
  const filled = parsed.ok ? fillTemplate(parsed.value, sampleTokens(login)) : parsed;
  return filled.ok ? filled.value : [];
}

/** As sshd runs its command: with the groups that the user is a member of (initgroups(3)). */
function runAs(edges: SshdEdges, argv: readonly string[], user: string): RunResult | undefined {
  const account = edges.account(user);
  if (account === undefined) return undefined;
  if (edges.unsafeProgram(SETPRIV) !== undefined) return edges.run(argv, account);
  const as = [`--reuid=${account.uid}`, `--regid=${account.gid}`, '--init-groups'];
  return edges.run([SETPRIV, ...as, '--', ...argv]);
}
