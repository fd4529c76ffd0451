import { constants } from 'node:crypto';
import { fingerprintOf } from '../../src/ssh/fingerprint.ts';
import { testKey } from '../pki/index.ts';
import {
  CALLER,
  fieldLines,
  goodEntry,
  INSTANCE,
  KEY_LINE,
  NOW,
  REQUEST,
  signBytes,
  signedEntry,
  signLines,
} from '../support/signed-blobs.ts';
import { keyBlob, keyLine, testBlob, wireInteger, wireString } from '../support/ssh-keys.ts';
import { vector, type KeyVector } from './key-vector.ts';

const FIELDS = fieldLines();
const LINES = [...FIELDS, KEY_LINE];
const ED25519 = testBlob('ed25519');
const RSA_LINE = keyLine(testBlob('rsa2048'));
const OTHER_INSTANCE = 'i-0fedcba9876543210';
const STRANGER = testKey('rsa2048', 'stranger').privateKey;

/** Lines, and a signature that may be that of others. */
const shown = (lines: readonly string[], signature: Buffer): string =>
  [...lines, signature.toString('base64'), ''].join('\n');
const mismatched = (lines: readonly string[], signed: readonly string[] = LINES): string =>
  shown(lines, signLines(signed));
const keyed = (line: string): string => goodEntry({}, line);

const ENTRIES: readonly KeyVector[] = [
  vector('entry-malformed', 'a page instead of a blob', '<html><body>Not Found</body></html>\n'),
  vector('entry-malformed', 'no signature', `${LINES.join('\n')}\n`),
  vector('entry-malformed', 'no key', signedEntry(FIELDS)),
  vector('entry-malformed', 'two keys under one signature', signedEntry([...LINES, RSA_LINE])),
  vector('entry-malformed', 'a second key behind the signature', `${goodEntry()}${RSA_LINE}\n`),
  vector(
    'entry-malformed',
    'a field behind the key',
    signedEntry([...LINES, `#Timestamp=${NOW + 9}`]),
  ),
  vector('entry-malformed', 'a field behind the signature', `${goodEntry()}#Caller=root\n`),
  vector('entry-malformed', 'a comment line without "="', signedEntry(['# hello', ...LINES])),
  vector('entry-malformed', 'line ends of another system', goodEntry().replaceAll('\n', '\r\n')),
  vector(
    'entry-malformed',
    'a carriage return that hides the rest of a line',
    signedEntry([`#Note=${RSA_LINE}\r#`, ...LINES]),
  ),
  vector(
    'entry-malformed',
    'a signature in base64url',
    goodEntry().replace(/\n([^\n])([^\n]*\n)$/, '\n-$2'),
  ),
  vector(
    'entry-malformed',
    'a signature with its padding gone',
    goodEntry().replaceAll('=\n', '\n'),
  ),
  vector('entry-malformed', 'an empty signature', `${LINES.join('\n')}\n=\n`),
  vector(
    'entry-malformed',
    'more fields than any entry has',
    signedEntry([...Array<string>(65).fill('#More=1'), ...LINES]),
  ),
];

const FIELD_CASES: readonly KeyVector[] = [
  vector('field-missing', 'no timestamp', goodEntry({ Timestamp: undefined })),
  vector('field-missing', 'no instance', goodEntry({ Instance: undefined })),
  vector('field-missing', 'no field at all', signedEntry([KEY_LINE])),
  vector(
    'field-missing',
    'a timestamp in lower case',
    signedEntry([`#timestamp=${NOW + 60}`, ...FIELDS.slice(1), KEY_LINE]),
  ),
  vector(
    'field-duplicated',
    'an old timestamp and a new one',
    signedEntry([`#Timestamp=${NOW - 600}`, ...LINES]),
  ),
  vector(
    'field-duplicated',
    'two instances, one of which is this',
    signedEntry([...FIELDS, `#Instance=${OTHER_INSTANCE}`, KEY_LINE]),
  ),
  vector('field-duplicated', 'two callers', signedEntry([`#Caller=${CALLER}/x`, ...LINES])),
  vector(
    'field-duplicated',
    'the same request twice',
    signedEntry([`#Request=${REQUEST}`, ...LINES]),
  ),
  vector(
    'field-malformed',
    'a timestamp in milliseconds',
    goodEntry({ Timestamp: (NOW + 60) * 1000 }),
  ),
  vector('field-malformed', 'a timestamp in hexadecimal', goodEntry({ Timestamp: '0x69252a3c' })),
  vector('field-malformed', 'a timestamp with an exponent', goodEntry({ Timestamp: '1.764e9' })),
  vector('field-malformed', 'a timestamp with a sign', goodEntry({ Timestamp: `+${NOW + 60}` })),
  vector('field-malformed', 'a timestamp with a space', goodEntry({ Timestamp: ` ${NOW + 60}` })),
  vector(
    'field-malformed',
    'a timestamp with a leading zero',
    goodEntry({ Timestamp: `0${NOW + 60}` }),
  ),
  vector('field-malformed', 'an empty timestamp', goodEntry({ Timestamp: '' })),
  vector('field-malformed', 'an instance with a wildcard', goodEntry({ Instance: 'i-*' })),
  vector('field-malformed', 'an empty instance', goodEntry({ Instance: '' })),
  vector(
    'field-malformed',
    'two instances in one field',
    goodEntry({ Instance: `${INSTANCE},${INSTANCE}` }),
  ),
];

const KEYS: readonly KeyVector[] = [
  vector('key-malformed', 'a command in front', keyed(`command="/bin/sh" ${KEY_LINE}`)),
  vector('key-malformed', 'cert-authority in front', keyed(`cert-authority ${KEY_LINE}`)),
  vector(
    'key-malformed',
    'a certificate',
    keyed(keyLine(keyBlob('ssh-ed25519-cert-v01@openssh.com', wireString(ED25519)))),
  ),
  vector(
    'key-malformed',
    'a DSA key',
    keyed(keyLine(keyBlob('ssh-dss', wireInteger(Buffer.alloc(128, 0xff))))),
  ),
  vector('key-malformed', 'another type outside than inside', keyed(keyLine(ED25519, 'ssh-rsa'))),
  vector(
    'key-malformed',
    'bytes behind the key',
    keyed(keyLine(Buffer.concat([ED25519, ED25519]))),
  ),
  vector('key-malformed', 'a key that is cut off', keyed(keyLine(ED25519.subarray(0, 50)))),
  vector('key-malformed', 'a key without base64', keyed('ssh-ed25519 !!!!')),
  vector('key-malformed', 'a type alone', keyed('ssh-ed25519')),
  vector('key-malformed', 'a tab in the place of a space', keyed(KEY_LINE.replace(' ', '\t'))),
  vector('key-malformed', 'a line of 9000 characters', keyed(`${KEY_LINE} ${'c'.repeat(9000)}`)),
  vector(
    'key-malformed',
    'an RSA key with the exponent 1',
    keyed(
      keyLine(keyBlob('ssh-rsa', wireInteger(Buffer.of(1)), testBlob('rsa2048').subarray(-261))),
    ),
  ),
  vector('key-weak', 'an RSA key of 1024 bits', keyed(keyLine(testBlob('rsa1024')))),
  vector(
    'key-weak',
    'an RSA key of 2048 bits in name, whose highest bits are zero',
    keyed(
      keyLine(
        keyBlob('ssh-rsa', wireInteger(Buffer.of(1, 0, 1)), wireInteger(Buffer.alloc(256, 0x7f))),
      ),
    ),
  ),
  vector(
    'fingerprint-mismatch',
    'another key than the SHA-256 fingerprint',
    goodEntry(),
    fingerprintOf(testBlob('p256')),
  ),
  vector(
    'fingerprint-mismatch',
    'another key than the MD5 fingerprint',
    goodEntry(),
    fingerprintOf(testBlob('p256'), 'MD5'),
  ),
];

const SIGNATURES: readonly KeyVector[] = [
  vector('signature-invalid', 'a signature of a stranger', signedEntry(LINES, { key: STRANGER })),
  vector(
    'signature-invalid',
    'a signature with a salt of 20 bytes',
    signedEntry(LINES, { saltLength: 20 }),
  ),
  vector('signature-invalid', 'a signature without a salt', signedEntry(LINES, { saltLength: 0 })),
  vector(
    'signature-invalid',
    'a PKCS #1 v1.5 signature',
    signedEntry(LINES, { padding: constants.RSA_PKCS1_PADDING }),
  ),
  vector('signature-invalid', 'a signature over SHA-1', signedEntry(LINES, { hash: 'sha1' })),
  vector('signature-invalid', 'a signature over SHA-512', signedEntry(LINES, { hash: 'sha512' })),
  vector('signature-invalid', 'a signature of zeros', shown(LINES, Buffer.alloc(256))),
  vector('signature-invalid', 'another key than was signed', mismatched([...FIELDS, RSA_LINE])),
  vector(
    'signature-invalid',
    'a later expiry than was signed',
    mismatched([...fieldLines({ Timestamp: NOW + 61 }), KEY_LINE]),
  ),
  vector(
    'signature-invalid',
    'another instance than was signed',
    mismatched(LINES, [...fieldLines({ Instance: OTHER_INSTANCE }), KEY_LINE]),
  ),
  vector('signature-invalid', 'a field more than was signed', mismatched(['#More=1', ...LINES])),
  vector(
    'signature-invalid',
    'a field less than was signed',
    mismatched(LINES, ['#More=1', ...LINES]),
  ),
  vector(
    'signature-invalid',
    'a comment that was not signed',
    mismatched([...FIELDS, `${KEY_LINE} x`]),
  ),
  vector(
    'signature-invalid',
    'what was signed without its last line break',
    shown(LINES, signBytes(Buffer.from(LINES.join('\n')))),
  ),
];

const PLACES_AND_TIMES: readonly KeyVector[] = [
  vector(
    'instance-mismatch',
    'a key for another instance',
    goodEntry({ Instance: OTHER_INSTANCE }),
  ),
  vector(
    'instance-mismatch',
    'an instance of which ours is the beginning',
    goodEntry({ Instance: `${INSTANCE}0` }),
  ),
  vector(
    'instance-mismatch',
    'a short id with which ours begins',
    goodEntry({ Instance: INSTANCE.slice(0, 10) }),
  ),
  vector('expired', 'a key of this very second', goodEntry({ Timestamp: NOW })),
  vector('expired', 'a key of yesterday', goodEntry({ Timestamp: NOW - 86_400 })),
  vector('expired', 'a key of 1970', goodEntry({ Timestamp: 1 })),
  vector(
    'expiry-too-far',
    'a second more than life and tolerance',
    goodEntry({ Timestamp: NOW + 361 }),
  ),
  vector('expiry-too-far', 'a key that hardly ever dies', goodEntry({ Timestamp: '999999999999' })),
];

/** Entries that are refused, each for one reason. */
export const BAD_KEYS: readonly KeyVector[] = [
  ...ENTRIES,
  ...FIELD_CASES,
  ...KEYS,
  ...SIGNATURES,
  ...PLACES_AND_TIMES,
];
