import { constants } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  judgeKey,
  selectCandidates,
  type Candidate,
  type Occasion,
} from '../../../src/authorize/signed-key.ts';
import { fingerprintOf, parseFingerprint } from '../../../src/ssh/fingerprint.ts';
import { testKey } from '../../pki/index.ts';
import {
  bodyOf,
  CALLER,
  chain,
  fieldLines,
  goodEntry,
  INSTANCE,
  KEY_LINE,
  NOW,
  REQUEST,
  signedEntry,
  signLines,
  verifiedSigner,
  type Signing,
} from '../../support/signed-blobs.ts';
import { keyLine, testBlob } from '../../support/ssh-keys.ts';

const ED25519 = testBlob('ed25519');
const RSA_LINE = keyLine(testBlob('rsa2048'));
const OCCASION: Occasion = { instanceId: INSTANCE, now: NOW };

function candidateOf(entry: string): Candidate {
  const [candidate] = selectCandidates(bodyOf(entry)).candidates;
  if (candidate === undefined) throw new Error('no candidate');
  return candidate;
}

const judge = (entry: string, changes: Partial<Occasion> = {}): ReturnType<typeof judgeKey> =>
  judgeKey(candidateOf(entry), verifiedSigner(), { ...OCCASION, ...changes });

/** The reason of the refusal, or `accepted`. */
function reasonOf(entry: string, changes: Partial<Occasion> = {}): string {
  const verdict = judge(entry, changes);
  return verdict.ok ? 'accepted' : verdict.reason;
}

describe('selectCandidates', () => {
  const select = (fingerprint?: string): unknown => {
    const blob = bodyOf(
      'nonsense\n',
      goodEntry(),
      goodEntry({}, RSA_LINE),
      goodEntry({}, 'ssh-x A'),
    );
    const wanted = fingerprint === undefined ? undefined : parseFingerprint(fingerprint);
    const { candidates, refused } = selectCandidates(blob, wanted);
    return {
      candidates: candidates.map(({ place, key }) => [place, key.type]),
      refused: refused.map((verdict) => [verdict.place, verdict.ok ? 'ok' : verdict.reason]),
    };
  };

  it('takes every well-formed key where no fingerprint is given', () => {
    expect(select()).toEqual({
      candidates: [
        [2, 'ssh-ed25519'],
        [3, 'ssh-rsa'],
      ],
      refused: [
        [1, 'entry-malformed'],
        [4, 'key-malformed'],
      ],
    });
  });

  it.each(['SHA256', 'MD5'] as const)('takes only the key with the %s fingerprint', (hash) => {
    expect(select(fingerprintOf(ED25519, hash))).toEqual({
      candidates: [[2, 'ssh-ed25519']],
      refused: [
        [1, 'entry-malformed'],
        [3, 'fingerprint-mismatch'],
        [4, 'key-malformed'],
      ],
    });
  });

  it('leaves no candidate where nobody pushed the offered key', () => {
    const fingerprint = parseFingerprint(`SHA256:${'A'.repeat(43)}`);
    const { candidates, refused } = selectCandidates(bodyOf(goodEntry()), fingerprint);
    expect(candidates).toEqual([]);
    expect(refused).toMatchObject([{ place: 1, reason: 'fingerprint-mismatch' }]);
  });

  it('refuses a weak key before anybody is asked to prove it', () => {
    const blob = bodyOf(goodEntry({}, keyLine(testBlob('rsa1024'))));
    expect(selectCandidates(blob).refused).toMatchObject([{ reason: 'key-weak' }]);
  });
});

describe('judgeKey', () => {
  it('accepts an entry as the service makes it, and tells what was under the signature', () => {
    expect(judge(goodEntry())).toEqual({
      ok: true,
      value: {
        key: {
          type: 'ssh-ed25519',
          base64: ED25519.toString('base64'),
          wire: ED25519,
        },
        fingerprint: fingerprintOf(ED25519),
        keyType: 'ssh-ed25519',
        instanceId: INSTANCE,
        expiry: NOW + 60,
        caller: CALLER,
        requestId: REQUEST,
      },
    });
  });

  it('accepts an entry without the optional fields', () => {
    const verdict = judge(goodEntry({ Caller: undefined, Request: undefined }));
    expect(verdict).toMatchObject({ ok: true, value: { expiry: NOW + 60 } });
    expect(verdict).not.toHaveProperty('value.caller');
    expect(verdict).not.toHaveProperty('value.requestId');
  });

  it('accepts unknown fields that are signed, repeated ones too', () => {
    const lines = ['#New=1', '#New=2', ...fieldLines(), KEY_LINE];
    expect(reasonOf(signedEntry(lines))).toBe('accepted');
  });

  it('takes known fields in any order', () => {
    expect(reasonOf(signedEntry([...fieldLines().toReversed(), KEY_LINE]))).toBe('accepted');
  });

  it('reads field names as they are written, upper and lower case apart', () => {
    const lines = [`#timestamp=${NOW + 60}`, `#Instance=${INSTANCE}`, KEY_LINE];
    expect(reasonOf(signedEntry(lines))).toBe('field-missing');
  });
});

describe('judgeKey, the signature', () => {
  const sha256 = { hash: 'sha256', saltLength: 32 };

  it.each<[string, Signing]>([
    ['of another key', { key: testKey('rsa2048', 'stranger').privateKey }],
    ['with a salt of 20 bytes', { saltLength: 20 }],
    ['with no salt', { saltLength: 0 }],
    ['with the longest salt', { saltLength: 222 }],
    ['with SHA-1', { hash: 'sha1' }],
    ['with SHA-384', { hash: 'sha384' }],
    ['with the older padding', { ...sha256, padding: constants.RSA_PKCS1_PADDING }],
  ])('refuses a signature %s', (_, signing) => {
    const entry = signedEntry([...fieldLines(), KEY_LINE], signing);
    expect(reasonOf(entry)).toBe('signature-invalid');
  });

  it.each([
    ['a later timestamp', goodEntry().replace(String(NOW + 60), String(NOW + 61))],
    ['another instance', goodEntry().replace(INSTANCE, 'i-0fedcba9876543210')],
    ['another caller', goodEntry().replace('/alice', '/mallory')],
    ['another request', goodEntry().replace(REQUEST, REQUEST.replace('0a', '0b'))],
    ['another key', goodEntry().replace(KEY_LINE, RSA_LINE)],
    ['another comment', goodEntry().replace(KEY_LINE, `${KEY_LINE} me`)],
    ['a field more', `#More=1\n${goodEntry()}`],
    ['a field less', goodEntry().replace(/#Request=.*\n/, '')],
    ['fields in another order', goodEntry().replace(/(#T.*\n)(#I.*\n)/, '$2$1')],
  ])('refuses a signed entry with %s', (_, entry) => {
    expect(entry).not.toBe(goodEntry());
    expect(reasonOf(entry)).toBe('signature-invalid');
  });

  it('refuses a signature of another entry', () => {
    const lines = [...fieldLines(), KEY_LINE];
    const other = signLines([...fieldLines(), RSA_LINE]).toString('base64');
    expect(reasonOf([...lines, other, ''].join('\n'))).toBe('signature-invalid');
  });

  it('refuses a signature that is longer than the key that should have made it', () => {
    const lines = [...fieldLines(), KEY_LINE];
    const { privateKey } = testKey('rsa3072', 'stranger');
    expect(reasonOf(signedEntry(lines, { key: privateKey }))).toBe('signature-invalid');
  });

  it('is checked before anything of the entry is believed', () => {
    const signing = { key: testKey('rsa2048', 'stranger').privateKey };
    const wrong = [
      ...fieldLines({ Timestamp: 'soon', Instance: 'mine' }),
      '#Timestamp=1',
      KEY_LINE,
    ];
    const verdict = judge(signedEntry(wrong, signing));
    expect(verdict).toMatchObject({ reason: 'signature-invalid' });
    expect(JSON.stringify(verdict)).not.toMatch(/soon|mine/);
    expect(JSON.stringify(verdict)).toContain(chain.signerName);
  });
});

describe('judgeKey, the fields', () => {
  it.each(['Timestamp', 'Instance'])('refuses an entry without %s', (name) => {
    expect(reasonOf(goodEntry({ [name]: undefined }))).toBe('field-missing');
  });

  it.each([
    ['Timestamp', NOW + 60],
    ['Instance', INSTANCE],
    ['Caller', CALLER],
    ['Request', REQUEST],
  ])('refuses a second %s, even of the same value', (name, value) => {
    const lines = [...fieldLines(), `#${name}=${value}`, KEY_LINE];
    expect(reasonOf(signedEntry(lines))).toBe('field-duplicated');
  });

  it.each([
    ['empty', ''],
    ['a word', 'soon'],
    ['hexadecimal', '0x69252a3c'],
    ['octal-looking', '01764000060'],
    ['signed', '+1764000060'],
    ['negative', '-1764000060'],
    ['a fraction', '1764000060.0'],
    ['in exponents', '1764e6'],
    ['zero', '0'],
    ['padded in front', ' 1764000060'],
    ['padded behind', '1764000060 '],
    ['longer than any', '1764000060000'],
    ['not a number', 'NaN'],
    ['without an end', 'Infinity'],
  ])('refuses a timestamp that is %s', (_, Timestamp) => {
    expect(reasonOf(goodEntry({ Timestamp }))).toBe('field-malformed');
  });

  it.each([
    ['empty', ''],
    ['too short', 'i-0123456'],
    ['too long', `i-${'0'.repeat(33)}`],
    ['in upper case', INSTANCE.toUpperCase()],
    ['padded', `${INSTANCE} `],
    ['no instance', 'mi-0123456789abcdef0'],
  ])('refuses an instance that is %s', (_, Instance) => {
    expect(reasonOf(goodEntry({ Instance }))).toBe('field-malformed');
  });

  it('refuses a key for another instance', () => {
    expect(reasonOf(goodEntry({ Instance: 'i-0fedcba9876543210' }))).toBe('instance-mismatch');
  });

  it('does not take an instance for another whose id it begins', () => {
    expect(reasonOf(goodEntry({ Instance: INSTANCE.slice(0, -1) }))).toBe('instance-mismatch');
    expect(reasonOf(goodEntry({ Instance: `${INSTANCE}0` }))).toBe('instance-mismatch');
  });
});

describe('judgeKey, what it tells of a refused entry', () => {
  const key = { fingerprint: fingerprintOf(ED25519), keyType: 'ssh-ed25519' };
  const origin = { caller: CALLER, requestId: REQUEST, instanceId: INSTANCE };

  it.each([
    ['expired', { Timestamp: NOW }, { ...key, ...origin, expiry: NOW }],
    ['expiry-too-far', { Timestamp: NOW + 999 }, { ...key, ...origin, expiry: NOW + 999 }],
    [
      'instance-mismatch',
      { Instance: 'i-0fedcba9876543210', Caller: undefined },
      { ...key, requestId: REQUEST, instanceId: 'i-0fedcba9876543210', expiry: NOW + 60 },
    ],
    ['field-malformed', { Timestamp: 'soon' }, { ...key, ...origin }],
    [
      'field-missing',
      { Instance: undefined },
      { ...key, caller: CALLER, requestId: REQUEST, expiry: NOW + 60 },
    ],
  ] as const)('is all that stands under the signature where it is %s', (reason, fields, facts) => {
    expect(judge(goodEntry(fields))).toMatchObject({ ok: false, reason });
    expect(judge(goodEntry(fields))).toHaveProperty('facts', facts);
  });

  it('is the key alone where a field stands twice', () => {
    const verdict = judge(signedEntry([...fieldLines(), `#Caller=${CALLER}`, KEY_LINE]));
    expect(verdict).toMatchObject({ ok: false, reason: 'field-duplicated' });
    expect(verdict).toHaveProperty('facts', key);
  });

  it('is nothing where the signature does not hold', () => {
    const signing = { key: testKey('rsa2048', 'stranger').privateKey };
    const verdict = judge(signedEntry([...fieldLines({ Timestamp: NOW }), KEY_LINE], signing));
    expect(verdict).toMatchObject({ ok: false, reason: 'signature-invalid' });
    expect(verdict).not.toHaveProperty('facts');
  });
});

describe('judgeKey, the time', () => {
  it.each([
    ['one second before the end', 1, 'accepted'],
    ['at the end', 0, 'expired'],
    ['one second after the end', -1, 'expired'],
    ['long after the end', -86_400, 'expired'],
    ['at the push', 60, 'accepted'],
    ['300 s before the push, by our clock', 360, 'accepted'],
    ['301 s before the push, by our clock', 361, 'expiry-too-far'],
    ['in another century', 10_000_000_000, 'expiry-too-far'],
  ])('judges a key %s', (_, left, reason) => {
    expect(reasonOf(goodEntry({ Timestamp: NOW + left }))).toBe(reason);
  });

  it('takes the time as a value and from nowhere else', () => {
    expect(reasonOf(goodEntry(), { now: NOW + 59 })).toBe('accepted');
    expect(reasonOf(goodEntry(), { now: NOW + 60 })).toBe('expired');
    expect(reasonOf(goodEntry(), { now: NOW - 301 })).toBe('expiry-too-far');
  });
});
