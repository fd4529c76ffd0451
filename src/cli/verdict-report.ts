import type { Decision } from '../authorize/authorize.ts';
import type { KeyVerdict } from '../authorize/signed-key.ts';
import { signedFields } from '../log/events.ts';
import { printable } from '../log/printable.ts';
import {
  KEY_REASONS,
  SIGNER_REASONS,
  type KeyReason,
  type SignerReason,
} from '../verdict/reasons.ts';

/** Every verdict as `verify-keys --json` prints it; the names are a promise to scripts. */
export interface VerdictReport {
  /** `not-needed` where no entry holds the key in question. */
  readonly signer: SignerReport;
  /** Where the signer is refused, the entries alone that need no signer to be refused. */
  readonly keys: readonly KeyReport[];
}

/** The signer's side of the report. */
export interface SignerReport {
  /** Whether the signer is one of AWS's. */
  readonly verdict: 'verified' | 'refused' | 'not-needed';
  /** With `verified`: the name that its certificate proves. */
  readonly name?: string;
  /** With `refused`: why. */
  readonly reason?: SignerReason;
  /** With `refused`: what was expected and what was found, for people. */
  readonly detail?: string;
  /** With `refused`: the subject of the certificate in question. */
  readonly subject?: string;
}

/** One entry of the body in the report. */
export interface KeyReport {
  /** Its place in the body, counted from 1. */
  readonly entry: number;
  /** Whether sshd would be given the key. */
  readonly verdict: 'accepted' | 'refused';
  /** With `refused`: why. */
  readonly reason?: KeyReason;
  /** With `refused`: what was expected and what was found, for people. */
  readonly detail?: string;
  /** What an entry whose signature holds says of its key: the fields that the log has. */
  readonly [signed: string]: string | number | undefined;
}

/** Puts a decision into the report's form; everything untrusted in it is made printable. */
export function describeVerdicts(decision: Decision): VerdictReport {
  if (decision.kind === 'signer-refused') {
    const { reason, detail, subject } = decision;
    const about = subject === undefined ? {} : { subject: printable(subject) };
    return {
      signer: { verdict: 'refused', reason, detail: printable(detail), ...about },
      keys: decision.verdicts.map(describeKey),
    };
  }
  const { provedSigner: signer, verdicts } = decision;
  return {
    signer:
      signer === undefined ? { verdict: 'not-needed' } : { verdict: 'verified', name: signer.name },
    keys: verdicts.map(describeKey),
  };
}

/** One line per refusal, reason code first, for standard error. */
export function refusalLines(report: VerdictReport): readonly string[] {
  const { signer, keys } = report;
  const lines: string[] = [];
  if (signer.reason !== undefined) {
    const about = signer.subject === undefined ? '' : ` [${signer.subject}]`;
    const text = `${SIGNER_REASONS[signer.reason]} (${signer.detail ?? ''})${about}`;
    lines.push(`signer refused: ${signer.reason}: ${text}`);
  }
  for (const { entry, reason, detail } of keys) {
    if (reason === undefined) continue;
    lines.push(`entry ${entry} refused: ${reason}: ${KEY_REASONS[reason]} (${detail ?? ''})`);
  }
  return lines;
}

function describeKey(verdict: KeyVerdict): KeyReport {
  const { place: entry } = verdict;
  if (verdict.ok) return { entry, verdict: 'accepted', ...signedFields(verdict.value) };
  const { reason, detail, facts } = verdict;
  const signed = facts === undefined ? {} : signedFields(facts);
  return { entry, verdict: 'refused', ...signed, reason, detail: printable(detail) };
}
