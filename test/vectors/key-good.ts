import { fingerprintOf } from '../../src/ssh/fingerprint.ts';
import {
  CALLER,
  fieldLines,
  goodBlock,
  INSTANCE,
  KEY_LINE,
  NOW,
  signedBlock,
  signLines,
} from '../support/signed-blobs.ts';
import { GOOD_BLOBS, keyLine, testBlob } from '../support/ssh-keys.ts';
import { vector, type KeyVector } from './key-vector.ts';

const lines = [...fieldLines(), KEY_LINE];
const wrapped = signLines(lines)
  .toString('base64')
  .match(/.{1,64}/g);

/** Blocks that are accepted, in every form that the service may give them. */
export const GOOD_KEYS: readonly KeyVector[] = [
  vector('accepted', 'a block as the service makes it', goodBlock()),
  vector(
    'accepted',
    'a signature over several lines',
    [...lines, ...(wrapped ?? []), ''].join('\n'),
  ),
  vector(
    'accepted',
    'no caller and no request',
    goodBlock({ Caller: undefined, Request: undefined }),
  ),
  vector(
    'accepted',
    'fields that nobody knows yet',
    signedBlock(['#Reason=why', '#X.y-z_1=', ...lines]),
  ),
  vector('accepted', 'an unknown field twice', signedBlock(['#New=1', '#New=2', ...lines])),
  vector(
    'accepted',
    'the key in front of nothing but two fields',
    signedBlock([`#Instance=${INSTANCE}`, `#Timestamp=${NOW + 1}`, KEY_LINE]),
  ),
  vector('accepted', 'the last second', goodBlock({ Timestamp: NOW + 1 })),
  vector('accepted', 'a clock that is 300 s ahead of ours', goodBlock({ Timestamp: NOW + 360 })),
  vector('accepted', 'a caller with an equals sign', goodBlock({ Caller: `${CALLER}=#x` })),
  vector(
    'accepted',
    'bytes beyond ASCII in a field',
    goodBlock({ Caller: 'j\xc3\xbcrgen\x00\x1b' }),
  ),
  vector('accepted', 'a comment', goodBlock({}, `${KEY_LINE} alice@example.com #1`)),
  vector(
    'accepted',
    'the key of the SHA-256 fingerprint',
    goodBlock(),
    fingerprintOf(testBlob('ed25519')),
  ),
  vector(
    'accepted',
    'the key of the MD5 fingerprint',
    goodBlock(),
    fingerprintOf(testBlob('ed25519'), 'MD5'),
  ),
  ...Object.entries(GOOD_BLOBS).map(([type, blob]) =>
    vector('accepted', `a key of type ${type}`, goodBlock({}, keyLine(blob))),
  ),
];
