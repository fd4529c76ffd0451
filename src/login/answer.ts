import {
  acceptedKeys,
  authorize,
  nothingToProve,
  type Decision,
  type Evidence,
} from '../authorize/authorize.ts';
import { renderAuthorizedKeys } from '../authorize/render.ts';
import { selectCandidates, type Question, type Selection } from '../authorize/signed-key.ts';
import { requireOwnAnswers, type Machine } from '../host/machine.ts';
import type { TrustStore } from '../host/trust-store.ts';
import type { Metadata } from '../imds/client.ts';
import { fetchKeyBody, fetchSignerDocuments, type SignerDocuments } from '../imds/gather.ts';
import { decisionEvents, type AuditEvent } from '../log/events.ts';
import { signerName } from '../signer/signer-name.ts';
import { MAX_STAPLES } from '../signer/verify-signer.ts';
import type { Fingerprint } from '../ssh/fingerprint.ts';
import { isPushableUserName } from '../ssh/user-name.ts';
import { TrustAnchors } from '../x509/trust-anchors.ts';

/** The world, as far as one login needs it; `main.ts` puts the real one together. */
export interface LoginEdges {
  /** Unix seconds. */
  readonly now: () => number;
  readonly machine: () => Machine | undefined;
  readonly imds: () => Metadata;
  readonly trustStore: () => TrustStore;
  /** Hears each step; absent on sshd's path. */
  readonly explain?: ((step: string) => void) | undefined;
}

/** What to print, what to write down and how to exit. */
export interface Outcome {
  /** Lines for sshd; empty for a no. */
  readonly stdout: string;
  readonly exitCode: 0 | 1;
  readonly events: readonly AuditEvent[];
}

const QUIET_NO: Outcome = { stdout: '', exitCode: 0, events: [] };

/**
 * Answers sshd: which of the keys that were pushed for this user may be used now? The signer's
 * material and the CA store are touched only where a pushed key could match.
 * @param user the login's user name, `%u`
 * @param fingerprint the offered key's, `%f`; absent, every pushed key is judged
 * @throws Fault where the world fails; the caller prints nothing then
 */
export async function answerLogin(
  edges: LoginEdges,
  user: string,
  fingerprint?: Fingerprint,
): Promise<Outcome> {
  const { explain } = edges;
  if (!isPushableUserName(user)) {
    explain?.('no key can have been pushed for a user of this name');
    return QUIET_NO;
  }
  const machine = edges.machine();
  explain?.(machine === undefined ? 'this is not an EC2 instance' : describeMachine(machine));
  if (machine === undefined) return QUIET_NO;
  const imds = edges.imds();
  const body = await fetchKeyBody(imds, user);
  if (body === undefined) {
    explain?.(`nobody has pushed a key for ${user} within the last minute (404)`);
    return QUIET_NO;
  }
  const selection = selectCandidates(body, fingerprint);
  explain?.(describeSelection(selection, fingerprint));
  if (selection.candidates.length === 0) {
    const question = { user, fingerprint, instanceId: '', now: edges.now() };
    return outcome(nothingToProve(selection), question);
  }
  const documents = await fetchSignerDocuments(imds, MAX_STAPLES);
  explain?.(describeDocuments(documents));
  requireOwnAnswers(machine, documents.instanceId);
  const question = { user, fingerprint, instanceId: documents.instanceId, now: edges.now() };
  return decide(edges, selection, documents, question);
}

function decide(
  edges: LoginEdges,
  selection: Selection,
  documents: SignerDocuments,
  question: Question,
): Outcome {
  const name = signerName(documents.region, documents.domain);
  if (!name.ok) {
    const { reason, detail } = name;
    const verdicts = selection.refused;
    return outcome({ kind: 'signer-refused', reason, detail, verdicts }, question);
  }
  const store = edges.trustStore();
  edges.explain?.(`expecting the signer ${name.value}, trust anchors from ${store.path}`);
  const evidence: Evidence = {
    selection,
    servedSigner: documents,
    signerName: name.value,
    anchors: TrustAnchors.fromPem(store.pem),
  };
  return outcome(authorize(evidence, question), question);
}

function outcome(decision: Decision, question: Question): Outcome {
  return {
    stdout: renderAuthorizedKeys(acceptedKeys(decision)),
    exitCode: decision.kind === 'signer-refused' ? 1 : 0,
    events: decisionEvents(decision, question),
  };
}

function describeMachine(machine: Machine): string {
  return machine.kind === 'nitro' ? `this is ${machine.instanceId}` : 'this is a Xen instance';
}

function describeSelection(selection: Selection, fingerprint: Fingerprint | undefined): string {
  const { candidates, refused } = selection;
  const total = candidates.length + refused.length;
  const which = fingerprint === undefined ? 'well-formed' : `with ${fingerprint.text}`;
  return `IMDS holds ${total} pushed keys for the user, ${candidates.length} ${which}`;
}

function describeDocuments(documents: SignerDocuments): string {
  const { instanceId, region, domain, staples } = documents;
  return `IMDS answers for ${instanceId} in ${region} (${domain}), with ${staples.length} staples`;
}
