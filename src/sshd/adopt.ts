import { fillTemplate, parseTemplate } from '../helpers/arguments.ts';
import { HELPERS_DIRECTORY } from '../helpers/names.ts';
import { demandAccepted, demandWirable, runCommand } from './context.ts';
import type { WiringContext, WiringOptions } from './context.ts';
import type { RunResult, SshdEdges } from './edges.ts';
import { conflictDetail, conflictsOf, isWired, wire } from './enable.ts';
import { adoptCommand, type Adoption } from './plan/adoption.ts';
import type { Conflict } from './plan/conflicts.ts';
import { publicFile, sameImage, type Image } from './plan/image.ts';
import { WiringRefusal, type WiringResult } from './result.ts';

/** What stands for `%f` when a helper is tried: a fingerprint that no key has. */
const TRIAL_FINGERPRINT = 'SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';

/** Users without rights of their own: what a helper can do as one of them, it can do as ours. */
const UNPRIVILEGED = ['nobody'];

/** People's accounts (login.defs(5): UID_MIN, UID_MAX), and how many of them are tried. */
const FIRST_PERSON = 1000;
const LAST_PERSON = 60_000;
const MAX_TRIALS = 20;

/**
 * `sshd adopt`: the other helper keeps working, as a link in the chain's folder with its arguments
 * beside it, and our command becomes the AuthorizedKeysCommand. The other's lines in sshd's
 * configuration are not touched: ours are read before them, so disable only has to take ours away.
 *
 * A command in a Match block stays as it is, because in the chain it would speak for users whom the
 * block does not name; the result lists it.
 */
export function adopt(edges: SshdEdges, options: WiringOptions = {}): WiringResult {
  return runCommand(edges, 'adopt', options, (context) => {
    const conflicts = conflictsOf(context);
    const kept = conflicts.filter(({ reason }) => reason === 'command-in-match');
    if (isWired(context)) return { conflicts: kept };
    demandWirable(context);
    const others = conflicts.filter(({ reason }) => reason !== 'command-in-match');
    const disabled = others.find(({ reason }) => reason === 'command-disabled');
    if (disabled !== undefined) {
      throw new WiringRefusal('command-disabled', conflictDetail(disabled), [disabled]);
    }
    demandAccepted(edges, context.starts, 'configuration-invalid');
    const [other, ...more] = others;
    if (more.some(({ setting }) => setting.value !== other?.setting.value)) {
      const detail = others.map(conflictDetail).join(', ');
      throw new WiringRefusal('commands-differ', detail, others);
    }
    if (other === undefined) return { ...wire(context, 'enable', new Map()), conflicts: kept };
    const helper = helperImages(context, other);
    return { ...wire(context, 'adopt', helper), conflicts: kept };
  });
}

function helperImages(context: WiringContext, other: Conflict): ReadonlyMap<string, Image> {
  const { edges, record } = context;
  const adoption = adoptCommand(other.setting.value);
  if (!adoption.ok) throw new WiringRefusal(adoption.reason, adoption.detail, [other]);
  const { helper, program, argumentsFile, template } = adoption.value;
  const unsafe = edges.unsafeProgram(program);
  if (unsafe !== undefined) throw new WiringRefusal('helper-unsafe', unsafe, [other]);
  tryHelper(context, other, adoption.value);
  const images = new Map<string, Image>([
    [argumentsFile, publicFile(template)],
    [helper, { type: 'link', target: program }],
  ]);
  for (const [path, image] of images) {
    const now = edges.image(path);
    const known = record?.changes.some((change) => change.path === path) === true;
    if (now !== null && !known && !sameImage(now, image)) {
      throw new WiringRefusal('path-taken', `${path} exists, in ${HELPERS_DIRECTORY}`, [other]);
    }
  }
  return images;
}

/**
 * In the chain a helper runs as our system user, not as its own. Runs it both ways for several login
 * users, as sshd would, and refuses where the answers differ, and where a helper that runs as a user
 * with rights of its own gave no key at all, which proves nothing.
 */
function tryHelper(context: WiringContext, other: Conflict, adoption: Adoption): void {
  const { edges, own } = context;
  const user = other.user ?? 'nobody';
  if (user === own.user) return;
  let proven = UNPRIVILEGED.includes(user);
  for (const login of trialUsers(context)) {
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
  const detail = `as ${user} ${adoption.program} gave no key to compare; name a user it has keys for: --try-user NAME`;
  throw new WiringRefusal('helper-needs-its-user', detail, [other]);
}

interface TrialUser {
  readonly user: string;
  readonly home: string;
}

/** The users that were named, then root and people's accounts, as far as they can be listed. */
function trialUsers({ edges, options }: WiringContext): readonly TrialUser[] {
  const lines = edges.run(['getent', 'passwd']).stdout.split('\n');
  const listed = lines.flatMap((line) => {
    const [user = '', , uid, , , home = '/'] = line.split(':');
    const isPerson = Number(uid) >= FIRST_PERSON && Number(uid) <= LAST_PERSON;
    return user !== '' && (uid === '0' || isPerson) ? [{ user, home }] : [];
  });
  const named = (options.tryUsers ?? []).map((user) => {
    const home = edges.run(['getent', 'passwd', '--', user]).stdout.split(':')[5];
    return { user, home: home ?? '/' };
  });
  return [...named, ...listed].slice(0, MAX_TRIALS);
}

function trialArguments(template: string, { user, home }: TrialUser): readonly string[] {
  const parsed = parseTemplate(template);
  const values = { user, home, fingerprint: TRIAL_FINGERPRINT };
  const filled = parsed.ok ? fillTemplate(parsed.value, values) : parsed;
  return filled.ok ? filled.value : [];
}

function runAs(edges: SshdEdges, argv: readonly string[], user: string): RunResult | undefined {
  const account = edges.account(user);
  return account === undefined ? undefined : edges.run(argv, account);
}
