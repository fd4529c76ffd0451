import type { SignerReason } from '../../src/verdict/reasons.ts';
import { verifySigner, type SignerVerdict } from '../../src/signer/verify-signer.ts';
import { TrustAnchors } from '../../src/x509/trust-anchors.ts';
import { pemOf, scenario, type Scenario, type ScenarioSpec } from '../pki/index.ts';

/** One case that the signer's rules decide, and that openssl is asked about as well. */
export interface SignerVector {
  /** What is peculiar about it. */
  readonly title: string;
  readonly expect: SignerReason | 'accepted';
  readonly build: () => Scenario;
  /** Where openssl decides otherwise: what it does, and why that is not followed. */
  readonly openssl?: readonly ['accepts' | 'refuses', because: string];
}

/** Puts a scenario before the production code. */
export function decide(scenario: Scenario): SignerVerdict {
  return verifySigner(
    {
      chainPem: scenario.served.map((der) => pemOf(der)).join(''),
      staples: scenario.staples,
    },
    {
      signerName: scenario.signerName,
      anchors: TrustAnchors.fromPem(scenario.trusted.map((der) => pemOf(der)).join('')),
      now: scenario.now,
    },
  );
}

/** `accepted`, or the reason. */
export function outcome(scenario: Scenario): SignerVector['expect'] {
  const verdict = decide(scenario);
  return verdict.ok ? 'accepted' : verdict.reason;
}

/** A scenario with one peculiarity, and what should come of it. */
export const vector = (
  expect: SignerVector['expect'],
  title: string,
  spec: ScenarioSpec | (() => ScenarioSpec),
  openssl?: SignerVector['openssl'],
): SignerVector => ({
  title,
  expect,
  build: () => scenario(typeof spec === 'function' ? spec() : spec),
  ...(openssl === undefined ? {} : { openssl }),
});
