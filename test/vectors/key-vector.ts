import { acceptedKeys, authorize, type Decision } from '../../src/authorize/authorize.ts';
import { selectCandidates } from '../../src/authorize/signed-key.ts';
import { parseFingerprint } from '../../src/ssh/fingerprint.ts';
import type { KeyReason } from '../../src/verdict/reasons.ts';
import { TrustAnchors } from '../../src/x509/trust-anchors.ts';
import { bodyOf, chain, goodEntry, INSTANCE, NOW } from '../support/signed-blobs.ts';
import { keyLine, testBlob } from '../support/ssh-keys.ts';

/** One entry of a blob, and what becomes of it at NOW on INSTANCE. */
export interface KeyVector {
  /** What is peculiar about it. */
  readonly title: string;
  readonly expect: KeyReason | 'accepted';
  readonly entry: string;
  /** The fingerprint that sshd asks with; every key is judged where it is left out. */
  readonly offered?: string | undefined;
}

/** An entry with one peculiarity, and what should come of it. */
export const vector = (
  expect: KeyVector['expect'],
  title: string,
  entry: string,
  offered?: string,
): KeyVector => ({ expect, title, entry, offered });

const NEIGHBOUR_LINE = keyLine(testBlob('p384', 'neighbour'));
const NEIGHBOUR = goodEntry({}, NEIGHBOUR_LINE);

/** What becomes of a vector's entry that stands between two good ones. */
export interface Outcome {
  readonly verdict: KeyVector['expect'];
  /** What sshd would get. */
  readonly lines: readonly string[];
  /** Whether the neighbours were accepted. */
  readonly neighbours: readonly boolean[];
}

/** The decision on a vector's entry between its neighbours, by a signer that proves itself. */
export function decision({ entry, offered }: KeyVector): Extract<Decision, { kind: 'judged' }> {
  const fingerprint = offered === undefined ? undefined : parseFingerprint(offered);
  const decided = authorize(
    {
      selection: selectCandidates(bodyOf(NEIGHBOUR, entry, NEIGHBOUR), fingerprint),
      proof: {
        instanceId: INSTANCE,
        servedSigner: { chainPem: chain.chainPem, staples: chain.staples.map(({ der }) => der) },
        expectedSigner: { name: chain.signerName },
        anchors: TrustAnchors.fromPem(chain.root.pem),
      },
    },
    { now: NOW },
  );
  if (decided.kind !== 'judged') throw new Error(`the signer is refused: ${decided.reason}`);
  return decided;
}

/** Puts a vector before the production code: the whole decision. */
export function decide(vector: KeyVector): Outcome {
  const decided = decision(vector);
  const [first, middle, last, ...more] = decided.verdicts;
  if (!first || !middle || !last || more.length > 0) throw new Error('expected three verdicts');
  const keys = acceptedKeys(decided).map(({ key }) => `${key.type} ${key.base64}`);
  return {
    verdict: middle.ok ? 'accepted' : middle.reason,
    lines: keys.filter((line) => line !== NEIGHBOUR_LINE),
    neighbours: [first.ok, last.ok],
  };
}
