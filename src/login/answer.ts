import { acceptedKeys, authorize, type Decision, type Proof } from '../authorize/authorize.ts';
import { renderAuthorizedKeys } from '../authorize/render.ts';
import { selectCandidates, type Question, type Selection } from '../authorize/signed-key.ts';
import { requireOwnAnswers, type Machine } from '../host/machine.ts';
import type { TrustStore } from '../host/trust-store.ts';
import type { Metadata } from '../imds/client.ts';
import { fetchKeyBody, fetchSignerDocuments, type SignerDocuments } from '../imds/gather.ts';
import { decisionEvents, type AuditEvent } from '../log/events.ts';
import { MAX_STAPLES } from '../signer/verify-signer.ts';
import type { Fingerprint } from '../ssh/fingerprint.ts';
import { isPushableUserName } from '../ssh/user-name.ts';
import type { Answer } from '../verdict/answers.ts';
import { TrustAnchors } from '../x509/trust-anchors.ts';

/** The world, as far as the decision of one login needs it; `edges.ts` makes the real one. */
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
  /** What it comes to. */
  readonly answer: Answer;
}

function quietNo(answer: Answer): Outcome {
  return { stdout: '', exitCode: 0, events: [], answer };
}

/**
 * Answers sshd: which of the keys that were pushed for this user may be used now? The signer's
 * material and the CA store are touched only where a pushed key could match.
 * @param user the login's user name, `%u`
 * @param fingerprint the offered key's, `%f`; absent, every pushed key is judged
 * @throws Fault where something outside the program fails; the caller prints nothing then
 */
export async function answerLogin(
  edges: LoginEdges,
  user: string,
  fingerprint?: Fingerprint,
): Promise<Outcome> {
  const { explain } = edges;
  if (!isPushableUserName(user)) {
    explain?.('the service cannot push keys for a user of this name');
    return quietNo('user-impossible');
  }
  const machine = edges.machine();
  explain?.(machine === undefined ? 'this is not an EC2 instance' : describeMachine(machine));
  if (machine === undefined) return quietNo('no-instance');
  const imds = edges.imds();
  const body = await fetchKeyBody(imds, user);
  if (body === undefined) {
    explain?.(`no key was pushed for ${user} within the last minute (404)`);
    return quietNo('no-key');
  }
  const selection = selectCandidates(body, fingerprint);
  explain?.(describeSelection(selection, fingerprint));
  const proof =
    selection.candidates.length === 0 ? undefined : await gatherProof(edges, machine, imds);
  const question = { user, fingerprint, now: edges.now() };
  const decision = authorize({ selection, proof }, question);
  explain?.(describeSigner(decision));
  const result = outcome(decision, question);
  if (explain !== undefined) explainDuplicates(decision, result, explain);
  return result;
}

/**
 * Gathers what the candidates need to be believed.
 * @throws Fault where IMDS answers for another instance, and where something outside the program fails
 */
async function gatherProof(edges: LoginEdges, machine: Machine, imds: Metadata): Promise<Proof> {
  const documents = await fetchSignerDocuments(imds, MAX_STAPLES);
  edges.explain?.(describeDocuments(documents));
  requireOwnAnswers(machine, documents.instanceId);
  const store = edges.trustStore();
  edges.explain?.(`trust anchors from ${store.path}`);
  return {
    instanceId: documents.instanceId,
    servedSigner: documents,
    expectedSigner: documents,
    anchors: TrustAnchors.fromPem(store.pem),
  };
}

function outcome(decision: Decision, question: Question): Outcome {
  return {
    stdout: renderAuthorizedKeys(acceptedKeys(decision)),
    exitCode: decision.kind === 'signer-refused' ? 1 : 0,
    events: decisionEvents(decision, question),
    answer: answerOf(decision),
  };
}

function answerOf(decision: Decision): Answer {
  if (decision.kind === 'signer-refused') return 'signer-refused';
  if (acceptedKeys(decision).length > 0) return 'accepted';
  return decision.provedSigner === undefined ? 'other-keys' : 'refused';
}

function explainDuplicates(
  decision: Decision,
  { stdout }: Outcome,
  explain: (step: string) => void,
): void {
  const fewer = acceptedKeys(decision).length - (stdout.split('\n').length - 1);
  if (fewer <= 0) return;
  const lines = `${fewer} fewer ${fewer === 1 ? 'line' : 'lines'} than accepted keys`;
  explain(`a key that was pushed more than once is printed once: ${lines}`);
}

function describeSigner(decision: Decision): string {
  if (decision.kind === 'signer-refused') return 'the signer is not trusted';
  const { provedSigner } = decision;
  return provedSigner === undefined
    ? 'no candidate, so the signer is not verified'
    : `the signer ${provedSigner.name} is verified`;
}

function describeMachine(machine: Machine): string {
  return machine.kind === 'nitro' ? `this is ${machine.instanceId}` : 'this is a Xen instance';
}

function describeSelection(selection: Selection, fingerprint: Fingerprint | undefined): string {
  const { candidates, refused } = selection;
  const total = candidates.length + refused.length;
  const held = `IMDS holds ${total} pushed ${total === 1 ? 'key' : 'keys'} for the user, ${candidates.length}`;
  if (fingerprint !== undefined) return `${held} with ${fingerprint.text}`;
  return `${held} well-formed; any of them would do, for no fingerprint was given ("ssh-keygen -lf KEY.pub" prints one, SHA256:...)`;
}

function describeDocuments(documents: SignerDocuments): string {
  const { instanceId, region, domain, staples } = documents;
  return `IMDS answers for ${instanceId} in ${region} (${domain}), with ${staples.length} staples`;
}
