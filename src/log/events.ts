import type { Decision, SignerRefused } from '../authorize/authorize.ts';
import type { AcceptedKey, KeyVerdict, Question, SignedFacts } from '../authorize/signed-key.ts';
import { toldValues } from '../authorize/signed-fields.ts';
import type { Fault } from '../verdict/fault.ts';
import { ANSWERS, type Answer } from '../verdict/answers.ts';
import { KEY_REASONS, SELECTION_REASONS, SIGNER_REASONS } from '../verdict/reasons.ts';
import { printable } from './printable.ts';

/** One line of the audit trail: flat, and safe to print. */
export interface AuditEvent {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly event: EventName;
  /** The sentence for people; the fields are for programs. */
  readonly message: string;
  readonly fields: Readonly<Record<string, string | number | true>>;
}

/** The closed list of what the program writes down. */
export type EventName =
  | 'key-accepted'
  | 'keys-accepted-more'
  | 'key-refused'
  | 'keys-refused-more'
  | 'signer-refused'
  | 'helper'
  | 'question'
  | 'fault'
  | 'bug'
  | 'usage';

/** Whoever may push keys must not be able to flood the log, neither with refusals nor with keys. */
const MAX_REFUSALS = 20;
const MAX_ACCEPTED = 20;

/**
 * The audit trail of a decision: one event for a refused signer, for each accepted key and caller
 * (however often he pushed it) and for each refused entry. Of many accepted keys the first ones and
 * the number of the others, each key once before any key a second time; of many refusals the same,
 * those of the offered key before the others. Another key's fingerprint is everyday and stays at debug.
 * @param decision what was decided
 * @param question what sshd asked
 */
export function decisionEvents(decision: Decision, question: Question): readonly AuditEvent[] {
  const signer = decision.kind === 'signer-refused' ? [signerRefused(decision, question)] : [];
  const { verdicts } = decision;
  const keys = eachKeyFirst(lastOfEachCaller(verdicts));
  const accepted = keys.slice(0, MAX_ACCEPTED).map((key) => keyAccepted(key, question));
  const acceptedMore = further('keys-accepted-more', keys.length - accepted.length, question);
  const refused = refusals(verdicts).map((refusal) => keyRefused(refusal, question));
  const dropped = new Set(refused.filter(({ level }) => level === 'info').slice(MAX_REFUSALS));
  const kept = refused.filter((event) => !dropped.has(event));
  const refusedMore = further('keys-refused-more', dropped.size, question);
  return [...signer, ...accepted, ...acceptedMore, ...kept, ...refusedMore];
}

/** Of each caller's pushes of a key the one that lives longest; of two alike the later one. */
function lastOfEachCaller(verdicts: readonly KeyVerdict[]): readonly AcceptedKey[] {
  const keys = new Map<string, AcceptedKey>();
  for (const verdict of verdicts) {
    if (!verdict.ok) continue;
    const { fingerprint, caller = '', expiry } = verdict.value;
    const push = `${fingerprint} ${caller}`;
    if (expiry >= (keys.get(push)?.expiry ?? 0)) keys.set(push, verdict.value);
  }
  return [...keys.values()];
}

/** The first push of each key, then those of the same keys by further callers. */
function eachKeyFirst(pushes: readonly AcceptedKey[]): readonly AcceptedKey[] {
  const seen = new Set<string>();
  const isFirst = ({ fingerprint }: AcceptedKey): boolean => {
    const first = !seen.has(fingerprint);
    seen.add(fingerprint);
    return first;
  };
  const firsts = new Set(pushes.filter(isFirst));
  return [...firsts, ...pushes.filter((push) => !firsts.has(push))];
}

type RefusedEntry = Extract<KeyVerdict, { readonly ok: false }>;

/** The refusals in the body's order, those of candidates first: one of them is what a person looks for. */
function refusals(verdicts: readonly KeyVerdict[]): readonly RefusedEntry[] {
  const refused = verdicts.filter((verdict) => !verdict.ok);
  const isCandidate = ({ reason }: RefusedEntry): boolean => !SELECTION_REASONS.includes(reason);
  return [...refused.filter(isCandidate), ...refused.filter((entry) => !isCandidate(entry))];
}

/** What happened to one of the administrator's helpers: a code, the helper's path, and what was found. */
export interface HelperTrouble {
  readonly code: string;
  readonly helper: string;
  readonly detail: string;
}

/** The event of one of the administrator's helpers that lost its lines, or some of them. */
export function helperEvent({ code, helper, detail }: HelperTrouble): AuditEvent {
  const fields = { code, helper: printable(helper), detail: printable(detail) };
  const message = `${fields.helper}: ${code}: ${fields.detail}`;
  return { level: 'warn', event: 'helper', message, fields };
}

/** The event of a failure outside the program. */
export function faultEvent(fault: Fault, user: string): AuditEvent {
  const cause = fault.cause instanceof Error ? { cause: printable(fault.cause.message) } : {};
  return {
    level: 'error',
    event: 'fault',
    message: `no answer for ${printable(user)}: ${printable(fault.message)}`,
    fields: { user: printable(user), code: fault.code, detail: printable(fault.message), ...cause },
  };
}

/**
 * The event of an error that is nobody's verdict and no fault: ours.
 * @param wasPrinted whether sshd had its answer before
 */
export function bugEvent(error: unknown, wasPrinted = false): AuditEvent {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const fields = { stack: printable(stack, 2000) };
  const outcome = wasPrinted ? 'the keys had been printed' : 'nothing was printed';
  return { level: 'error', event: 'bug', message: `internal error; ${outcome}`, fields };
}

/** The event of a wrong AuthorizedKeysCommand line, whose author cannot see our stderr. */
export function usageEvent(problem: string): AuditEvent {
  const detail = printable(problem);
  return { level: 'error', event: 'usage', message: `bad usage: ${detail}`, fields: { detail } };
}

/** One question of sshd's and what became of it. */
export interface AskedQuestion {
  readonly user: string;
  /** Of the offered key, as it was given. */
  readonly fingerprint?: string | undefined;
  readonly answer: Answer;
  /** How many lines were printed, those of helpers among them. */
  readonly keys: number;
  readonly exitCode: number;
  /** Since the process began. */
  readonly milliseconds: number;
}

/** The event of a question while the debug switch is on: of every one, also where nobody has pushed a key. */
export function questionEvent({ user, fingerprint, ...found }: AskedQuestion): AuditEvent {
  const offered = fingerprint === undefined ? {} : { offered: printable(fingerprint) };
  const name = printable(user);
  return {
    level: 'info',
    event: 'question',
    message: `sshd asked for ${name}: ${ANSWERS[found.answer]}`,
    fields: { user: name, ...offered, ...found },
  };
}

/** The same event of a run that a person started to see it explained: nobody logs in. */
export function explainedEvent(event: AuditEvent): AuditEvent {
  return { ...event, fields: { ...event.fields, explain: true } };
}

function signerRefused(decision: SignerRefused, question: Question): AuditEvent {
  const { reason, detail, subject } = decision;
  const user = printable(question.user);
  return {
    level: 'warn',
    event: 'signer-refused',
    message: `keys for ${user} not used: ${SIGNER_REASONS[reason]}`,
    fields: {
      user,
      reason,
      detail: printable(detail),
      ...(subject === undefined ? {} : { subject: printable(subject) }),
    },
  };
}

function keyAccepted(accepted: AcceptedKey, question: Question): AuditEvent {
  const { key, fingerprint } = accepted;
  const user = printable(question.user);
  return {
    level: 'info',
    event: 'key-accepted',
    message: `${key.type} ${fingerprint} accepted for ${user}`,
    fields: { user, ...signedFields(accepted) },
  };
}

function keyRefused(refusal: RefusedEntry, question: Question): AuditEvent {
  const { place, reason, detail, facts } = refusal;
  const user = printable(question.user);
  return {
    level: reason === 'fingerprint-mismatch' ? 'debug' : 'info',
    event: 'key-refused',
    message: `entry ${place} refused for ${user}: ${KEY_REASONS[reason]}`,
    fields: {
      user,
      reason,
      detail: printable(detail),
      entry: place,
      ...(question.fingerprint === undefined ? {} : { offered: question.fingerprint.text }),
      ...(facts === undefined ? {} : signedFields(facts)),
    },
  };
}

/**
 * What an entry says under a signature that holds, safe to print: the same fields in the log and in the
 * JSON report, accepted or refused, as the table of signed fields has them. What the service left out
 * stays out.
 */
export function signedFields(facts: SignedFacts): Readonly<Record<string, string | number>> {
  const { fingerprint, keyType, ...values } = facts;
  const told: Record<string, string | number> = { fingerprint, keyType };
  for (const [{ as: name, limit }, value] of toldValues(values)) {
    told[name] = typeof value === 'number' ? value : printable(value, limit);
  }
  return told;
}

const FURTHER = {
  'keys-accepted-more': 'more pushes of accepted keys for',
  'keys-refused-more': 'more entries refused for',
} as const;

/** The event that stands for those that were left out; none where none was. */
function further(
  event: keyof typeof FURTHER,
  count: number,
  question: Question,
): readonly AuditEvent[] {
  if (count === 0) return [];
  const user = printable(question.user);
  const message = `${count} ${FURTHER[event]} ${user}`;
  return [{ level: 'info', event, message, fields: { user, count } }];
}
