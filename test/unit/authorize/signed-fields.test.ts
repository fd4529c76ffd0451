import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { programCommandLine } from '../../../src/cli/program.ts';
import { realEdges } from '../../../src/edges.ts';
import { Run } from '../../../src/login/run.ts';
import { renderManual } from '../../../scripts/package/manual.ts';
import { authorize, type Decision } from '../../../src/authorize/authorize.ts';
import {
  SIGNED_FIELD_KEYS,
  SIGNED_FIELDS,
  toldValues,
  type SignedFieldKey,
} from '../../../src/authorize/signed-fields.ts';
import { selectCandidates, type AcceptedKey } from '../../../src/authorize/signed-key.ts';
import { describeVerdicts } from '../../../src/cli/verdict-report.ts';
import { decisionEvents } from '../../../src/log/events.ts';
import { TrustAnchors } from '../../../src/x509/trust-anchors.ts';
import { bodyOf, chain, INSTANCE, KEY_LINE, NOW, signedEntry } from '../../support/signed-blobs.ts';

/** Compiles only while the table has everything that is carried of an entry. */
type Untabled = Exclude<keyof AcceptedKey, 'key' | 'fingerprint' | 'keyType' | SignedFieldKey>;
const IS_TABLED: [Untabled] extends [never] ? true : never = true;

/** A value for each field; a field that is added needs one here. */
const VALUES: Readonly<Record<SignedFieldKey, string>> = {
  caller: 'arn:aws:iam::123456789012:user/alice',
  requestId: '0a1b2c3d-1111-2222-3333-444455556666',
  expiry: String(NOW + 60),
  instanceId: INSTANCE,
};

const lines = SIGNED_FIELD_KEYS.map((key) => `#${SIGNED_FIELDS[key].name}=${VALUES[key]}`);

function decide(now: number): Decision {
  const proof = {
    instanceId: INSTANCE,
    servedSigner: { chainPem: chain.chainPem, staples: chain.staples.map(({ der }) => der) },
    expectedSigner: { name: chain.signerName },
    anchors: TrustAnchors.fromPem(chain.root.pem),
  };
  const selection = selectCandidates(bodyOf(signedEntry([...lines, KEY_LINE])));
  return authorize({ selection, proof }, { now });
}

const told = SIGNED_FIELD_KEYS.flatMap((key) => {
  const field = SIGNED_FIELDS[key].told;
  return 'as' in field ? [field.as] : [];
});
const untold = SIGNED_FIELD_KEYS.filter((key) => 'not' in SIGNED_FIELDS[key].told);

describe('the table of signed fields', () => {
  it('has everything that is carried of an entry', () => {
    expect(IS_TABLED).toBe(true);
  });

  it('names each field once, on the wire and in the log', () => {
    const names = SIGNED_FIELD_KEYS.map((key) => SIGNED_FIELDS[key].name);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(told).size).toBe(told.length);
  });

  it.each([
    ['accepted', NOW],
    ['refused', NOW + 120],
  ])('is what the log and the JSON report tell of a key that is %s', (_, now) => {
    const decision = decide(now);
    const [event] = decisionEvents(decision, { user: 'alice', now });
    const [report] = describeVerdicts(decision).keys;
    const names = ['fingerprint', 'keyType', ...told];
    expect(Object.keys(event?.fields ?? {})).toEqual(expect.arrayContaining(names));
    expect(Object.keys(report ?? {})).toEqual(expect.arrayContaining(names));
    for (const key of untold) expect({ ...event?.fields, ...report }).not.toHaveProperty(key);
  });

  it('tells the values that there are, in its order, and never the instance', () => {
    const values = { instanceId: INSTANCE, expiry: NOW, caller: '' };
    const pairs = toldValues(values).map(([{ as: name }, value]) => [name, value]);
    expect(pairs).toEqual([
      ['caller', ''],
      ['expiry', NOW],
    ]);
  });

  it('is the table of the manual', () => {
    const template = join(import.meta.dirname, '../../../packaging/man/eic_run_authorized_keys.8');
    const page = renderManual(
      readFileSync(template, 'utf8'),
      { version: '1', date: '2026-01-01' },
      programCommandLine(realEdges(new Run())),
    );
    for (const name of told) expect(page).toContain(`.B ${name}\n`);
  });
});
