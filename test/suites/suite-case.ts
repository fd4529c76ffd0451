import { scenario, type Scenario, type ScenarioSpec } from '../pki/index.ts';
import type { SignerVector } from '../vectors/signer-vector.ts';

/** The published suites whose kinds of case are asked here again, in cases of our own. */
export type Suite = 'x509-limbo' | 'PKITS' | 'BetterTLS' | 'OpenSSL' | 'Wycheproof';

/** One case of a kind that a suite has. */
export interface SuiteCase {
  readonly title: string;
  /** Where the kind is from. */
  readonly suite: Suite;
  /** What a verifier that does as the suite says does with it. */
  readonly suiteSays: 'accepts' | 'refuses';
  readonly expect: SignerVector['expect'];
  readonly build: () => Scenario;
}

/** A case that the suite and this program decide alike. */
export const alike = (
  suite: Suite,
  expect: SuiteCase['expect'],
  title: string,
  spec: ScenarioSpec | (() => ScenarioSpec),
): SuiteCase => ({
  suite,
  title,
  expect,
  suiteSays: expect === 'accepted' ? 'accepts' : 'refuses',
  build: () => scenario(typeof spec === 'function' ? spec() : spec),
});

/** A case that the suite accepts and this program refuses; `STRICTER` has the reason. */
export const stricter = (
  suite: Suite,
  expect: Exclude<SuiteCase['expect'], 'accepted'>,
  title: string,
  spec: ScenarioSpec | (() => ScenarioSpec),
): SuiteCase => ({ ...alike(suite, expect, title, spec), suiteSays: 'accepts' });
