import { describe, expect, it } from 'vitest';
import type { Scenario } from '../pki/index.ts';
import { BAD_MEMBERS } from '../vectors/signer-member-bad.ts';
import { GOOD_MEMBERS } from '../vectors/signer-member-good.ts';
import { BAD_PATHS } from '../vectors/signer-path-bad.ts';
import { GOOD_PATHS } from '../vectors/signer-path-good.ts';
import { BAD_STAPLES } from '../vectors/signer-staple-bad.ts';
import { GOOD_STAPLES } from '../vectors/signer-staple-good.ts';
import { outcome, type SignerVector } from '../vectors/signer-vector.ts';
import { opensslPath, opensslStaples, type Answer } from './answers.ts';

function compare(vector: SignerVector, ask: (scenario: Scenario) => Answer): void {
  const scenario = vector.build();
  const ours: Answer = outcome(scenario) === 'accepted' ? 'accepts' : 'refuses';
  expect(ask(scenario)).toBe(vector.openssl?.[0] ?? ours);
  // A difference that is no difference any more should leave the table.
  if (vector.openssl !== undefined) expect(ours).not.toBe(vector.openssl[0]);
}

describe('openssl verify decides like the certification path, or the table says why not', () => {
  it.each([...GOOD_PATHS, ...GOOD_MEMBERS, ...BAD_PATHS, ...BAD_MEMBERS])(
    '$title: $expect',
    (vector) => {
      compare(vector, opensslPath);
    },
    60_000,
  );
});

describe('openssl ocsp decides like the staple rules, or the table says why not', () => {
  it.each([...GOOD_STAPLES, ...BAD_STAPLES])(
    '$title: $expect',
    (vector) => {
      compare(vector, opensslStaples);
    },
    60_000,
  );
});
