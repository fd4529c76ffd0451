import { fingerprintOf } from '../../src/ssh/fingerprint.ts';
import {
  CALLER,
  fieldLines,
  goodEntry,
  INSTANCE,
  KEY_LINE,
  NOW,
  signedEntry,
  signLines,
} from '../support/signed-blobs.ts';
import { GOOD_BLOBS, keyLine, testBlob } from '../support/ssh-keys.ts';
import { vector, type KeyVector } from './key-vector.ts';

const lines = [...fieldLines(), KEY_LINE];
const wrapped = signLines(lines)
  .toString('base64')
  .match(/.{1,64}/g);

/** Entries that are accepted, in every form that the service may give them. */
export const GOOD_KEYS: readonly KeyVector[] = [
  vector('accepted', 'an entry as the service makes it', goodEntry()),
  vector(
    'accepted',
    'a signature over several lines',
    [...lines, ...(wrapped ?? []), ''].join('\n'),
  ),
  vector(
    'accepted',
    'no caller and no request',
    goodEntry({ Caller: undefined, Request: undefined }),
  ),
  vector(
    'accepted',
    'fields that nobody knows yet',
    signedEntry(['#Reason=why', '#X.y-z_1=', ...lines]),
  ),
  vector('accepted', 'an unknown field twice', signedEntry(['#New=1', '#New=2', ...lines])),
  vector(
    'accepted',
    'the key in front of nothing but two fields',
    signedEntry([`#Instance=${INSTANCE}`, `#Timestamp=${NOW + 1}`, KEY_LINE]),
  ),
  vector('accepted', 'the last second', goodEntry({ Timestamp: NOW + 1 })),
  vector('accepted', 'a clock that is 300 s ahead of ours', goodEntry({ Timestamp: NOW + 360 })),
  vector('accepted', 'a caller with an equals sign', goodEntry({ Caller: `${CALLER}=#x` })),
  vector(
    'accepted',
    'bytes beyond ASCII in a field',
    goodEntry({ Caller: 'j\xc3\xbcrgen\x00\x1b' }),
  ),
  vector('accepted', 'a comment', goodEntry({}, `${KEY_LINE} alice@example.com #1`)),
  vector(
    'accepted',
    'the key of the SHA-256 fingerprint',
    goodEntry(),
    fingerprintOf(testBlob('ed25519')),
  ),
  vector(
    'accepted',
    'the key of the MD5 fingerprint',
    goodEntry(),
    fingerprintOf(testBlob('ed25519'), 'MD5'),
  ),
  ...Object.entries(GOOD_BLOBS).map(([type, blob]) =>
    vector('accepted', `a key of type ${type}`, goodEntry({}, keyLine(blob))),
  ),
];
