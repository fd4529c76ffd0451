import { Fault } from '../verdict/fault.ts';
import {
  fail,
  pass,
  skip,
  warn,
  type Check,
  type CheckId,
  type CheckResult,
  type Look,
} from './check.ts';
import { loginDryRun } from './facts/dry-run.ts';
import { signer } from './facts/imds.ts';
import { DEFAULT_SINCE, witnesses, type Witnesses } from './facts/log.ts';
import { loginUserName } from './facts/people.ts';
import type { Inspection } from './inspection.ts';
import { duration, moment } from './phrases.ts';
import { lookAt, shellWord } from './remedies.ts';
import {
  WITNESSES,
  type RuleName,
  type Testimony,
  type WitnessGroup,
  type WitnessKind,
} from './witnesses.ts';

/** What this program's own events mean; the log has more of them. */
const OWN: Readonly<Record<Exclude<WitnessKind, RuleName>, string>> = {
  'own-fault': 'something outside the program failed',
  'own-signer-refused': "the signer's certificate or a staple was refused",
  'own-bug': 'an internal error; please report it',
};
/** This program's command line, as sshd quotes it, with the login user. */
const OUR_COMMAND = /^"?\S*\/eic_run_authorized_keys ([^\s"]+)/;
const OWN_LOG = 'journalctl -t ec2-instance-connect -n 20 -o cat';

/**
 * What the log has of one group. A refusal that no later login of that user has disproved is a
 * failure: whatever the other checks found, somebody was just kept out.
 */
export function witnessCheck(id: CheckId, group: WitnessGroup, title: string): Check {
  return {
    id,
    group: 'log',
    title,
    dependsOn: [],
    needs: ['root'],
    async run(on) {
      const seen = await on.fact(witnesses);
      if (seen.source === undefined) return skip('not-applicable', 'no journal, no auth.log');
      const user = await on.fact(loginUserName);
      const relevant = seen.testimonies.filter(
        (each) => groupOf(each.kind) === group && concerns(each, user),
      );
      const newest = relevant.at(-1);
      if (newest === undefined) return pass(`none in ${seen.source} ${window(on)}`);
      return judge(on, seen, newest, relevant.length, user);
    },
  };
}

async function judge(
  on: Inspection,
  { accepted, source }: Witnesses,
  newest: Testimony,
  count: number,
  user: string | undefined,
): Promise<CheckResult> {
  const { time, kind, about } = newest;
  const ago = `${duration(on.edges.now() - time)} ago`;
  const detail = about === undefined ? '' : ` [${about}]`;
  const many = count === 1 ? '' : `, the last of ${count}`;
  const found = `${ago} (${moment(time)}${many}): ${meaningOf(kind)}${detail}`;
  const data = { time: Math.floor(time), count, kind };
  const disproved =
    (accepted.get(newest.user ?? user ?? '') ?? 0) > time || (await answersNow(on, kind));
  const note = `${source ?? ''} has it; the next successful login clears this`;
  return disproved
    ? warn(`${found}; this works now`, look(newest, user), data)
    : fail(found, look(newest, user, note), data);
}

/**
 * Faults and refused signers are disproved by a run of now, together with a signer that is accepted now: a run for a
 * key that nobody pushed does not get as far. The dry run of a broken host writes some faults, too. What
 * sshd says of the command is not disproved so: the dry run is not a login. Nor is a bug, whose cause nobody knows.
 */
async function answersNow(on: Inspection, kind: WitnessKind): Promise<boolean> {
  if (kind in WITNESSES || kind === 'own-bug' || on.options.offline) return false;
  if ((await on.fact(loginDryRun))?.end.status !== 0) return false;
  try {
    return (await on.fact(signer)).ok;
  } catch (error) {
    if (error instanceof Fault) return false;
    throw error;
  }
}

/** Who is not named may be the login user; another user's refusal is none of this report's. */
function concerns({ user, about, kind }: Testimony, asked: string | undefined): boolean {
  const named = user ?? (kind.endsWith('-expired') ? about : OUR_COMMAND.exec(about ?? '')?.[1]);
  return named === undefined || asked === undefined || named === asked;
}

function look({ kind, path = '' }: Testimony, user = 'USER', note?: string): Look {
  const command = kind in WITNESSES ? WITNESSES[kind as RuleName].look : OWN_LOG;
  const named = { USER: user, PATH: path };
  return lookAt(
    command.replace(/USER|PATH/g, (word) => shellWord(named[word as keyof typeof named])),
    note,
  );
}

function groupOf(kind: WitnessKind): WitnessGroup {
  return kind in WITNESSES ? WITNESSES[kind as RuleName].group : 'own';
}

function meaningOf(kind: WitnessKind): string {
  return kind in WITNESSES ? WITNESSES[kind as RuleName].meaning : OWN[kind as keyof typeof OWN];
}

function window(on: Inspection): string {
  return `of the last ${duration(on.options.since ?? DEFAULT_SINCE)}`;
}
