import { judgeKey, selectCandidates } from '../../src/authorize/signed-key.ts';
import { proveSigner } from '../../src/authorize/authorize.ts';
import { renderAuthorizedKeys } from '../../src/authorize/render.ts';
import * as documents from '../../src/imds/documents.ts';
import { parsePublicKey } from '../../src/ssh/public-key.ts';
import { KEY_REASONS } from '../../src/verdict/reasons.ts';
import { TrustAnchors } from '../../src/x509/trust-anchors.ts';
import { bodyOf, chain, goodEntry, INSTANCE, NOW } from '../support/signed-blobs.ts';
import { GOOD_BLOBS, keyLine, wireString } from '../support/ssh-keys.ts';
import { mutateBytes, mutateList, mutateText, several } from './mutate.ts';
import type { Random } from './random.ts';
import { bytes, demand, demandRefusal, text, type Parts, type Target } from './target.ts';

const proved = proveSigner(
  {
    servedSigner: { chainPem: chain.chainPem, staples: chain.staples.map(({ der }) => der) },
    expectedSigner: { name: chain.signerName },
    anchors: TrustAnchors.fromPem(chain.root.pem),
  },
  NOW,
);
if (!proved.ok) throw new Error(`the test chain is not believed: ${proved.reason}`);
const signer = proved.value;

const LINES = Object.values(GOOD_BLOBS).map((blob) => keyLine(blob));
/** Good entries, and those that are signed and wrong in one thing: a splice must not heal them. */
const ENTRIES = [
  ...LINES.map((line) => goodEntry({}, line)),
  goodEntry({ Timestamp: NOW }, LINES[1]),
  goodEntry({ Timestamp: NOW + 3600 }, LINES[2]),
  goodEntry({ Instance: 'i-0fedcba9876543210' }, LINES[3]),
];
const GOOD = new Set(
  ENTRIES.slice(0, LINES.length).map((entry) => `${entry.split('\n').slice(0, -2).join('\n')}\n`),
);
const KEYS = new Set(LINES);

const BLOB_WORDS = [
  '\n',
  '\n\n',
  '\r\n',
  '#',
  `#Timestamp=${NOW + 60}\n`,
  `#Instance=${INSTANCE}\n`,
  '#Caller=root\n',
  '##',
  '=',
  ' ',
  '\0',
  'command="id" ',
  `${LINES[1] ?? ''}\n`,
  'cert-authority ',
];

function makeBlob(random: Random): Parts {
  const count = 1 + random.below(3);
  const body = bodyOf(...Array.from({ length: count }, () => random.pick(ENTRIES)));
  if (random.oneIn(50)) return [body];
  return [bytes(several(random, text(body), (each) => mutateText(random, each, BLOB_WORDS)))];
}

/** Accepted is only what was signed as it stands, for this instance and this minute. */
function judgeBlob([body = Buffer.alloc(0)]: Parts): string {
  const { candidates, refused } = selectCandidates(body);
  for (const verdict of refused) if (!verdict.ok) demandRefusal(verdict, KEY_REASONS);
  const accepted = candidates.flatMap((candidate) => {
    const verdict = judgeKey(candidate, signer, { instanceId: INSTANCE, now: NOW });
    if (!verdict.ok) {
      demandRefusal(verdict, KEY_REASONS);
      return [];
    }
    demand(GOOD.has(candidate.entry.signedBytes.toString('latin1')), 'unsigned bytes are accepted');
    demand(verdict.value.expiry === NOW + 60, 'another expiry is accepted');
    return [verdict.value];
  });
  const printed = renderAuthorizedKeys(accepted).split('\n').slice(0, -1);
  demand(
    printed.every((line) => KEYS.has(line)),
    'a key that nobody pushed is printed',
  );
  return accepted.length === 0 ? 'refused' : 'accepted: entries as they were signed';
}

function makeKey(random: Random): Parts {
  const blob = random.pick(Object.values(GOOD_BLOBS));
  if (random.oneIn(4)) {
    return [
      bytes(mutateText(random, keyLine(blob), [' ', '=', '\t', 'ssh-rsa', 'no-pty ', '\0', 'A'])),
    ];
  }
  const strings = wireStrings(blob) ?? [];
  const changed = random.oneIn(2)
    ? mutateList(random, strings, (each) => each.bytes(each.below(40)))
    : strings.map((each) => (random.oneIn(strings.length) ? mutateBytes(random, each) : each));
  const wire = Buffer.concat(changed.map(wireString));
  const type = blob.toString('latin1', 4, 4 + blob.readUInt32BE(0));
  return [bytes(keyLine(random.oneIn(8) ? mutateBytes(random, wire) : wire, type))];
}

/** The strings that a wire format consists of; undefined where it is none. */
function wireStrings(wire: Buffer): readonly Buffer[] | undefined {
  const strings: Buffer[] = [];
  for (let at = 0; at < wire.length;) {
    if (at + 4 > wire.length) return undefined;
    const end = at + 4 + wire.readUInt32BE(at);
    if (end > wire.length) return undefined;
    strings.push(wire.subarray(at + 4, end));
    at = end;
  }
  return strings;
}

const COUNTS: Readonly<Record<string, number>> = {
  'ssh-rsa': 3,
  'ssh-ed25519': 2,
  'ecdsa-sha2-nistp256': 3,
  'ecdsa-sha2-nistp384': 3,
  'ecdsa-sha2-nistp521': 3,
  'sk-ssh-ed25519@openssh.com': 3,
  'sk-ecdsa-sha2-nistp256@openssh.com': 4,
};

/** Accepted is only a line that is one key of its type, written in the one way to write it. */
function judgeKeyLine([part]: Parts): string {
  const line = text(part);
  const verdict = parsePublicKey(line);
  if (!verdict.ok) {
    demandRefusal(verdict, KEY_REASONS);
    return 'refused';
  }
  const { type, base64, wire } = verdict.value;
  demand(`${line} `.startsWith(`${type} ${base64} `), 'another key than the one on the line');
  demand(wire.toString('base64') === base64, 'two ways to write one key');
  const strings = wireStrings(wire);
  demand(strings?.length === COUNTS[type], 'a key with more or fewer parts than its type has');
  demand(strings?.[0]?.toString('latin1') === type, 'another type inside');
  return 'accepted: one key of its type';
}

const WORDS: Readonly<Record<string, readonly [valid: string, form: RegExp]>> = {
  parseToken: ['AQAEAGg=', /^[A-Za-z0-9+/=_-]{1,1000}$/],
  parseInstanceId: ['i-0123456789abcdef0', /^i-[0-9a-f]{8,32}$/],
  parseRegion: ['us-gov-west-1', /^[a-z]+(-[a-z]+){1,3}-[0-9]{1,2}$/],
  parseRegionOfZone: ['us-east-1-wl1-bos-wlz-1', /^[a-z]+(-[a-z]+){1,3}-[0-9]{1,2}$/],
  parseDomain: ['amazonaws.com.cn', /^[a-z0-9.-]{3,200}$/],
};

/** The first part names the parser, the second is the document's body. */
function judgeDocument([name, body = Buffer.alloc(0)]: Parts): string {
  if (text(name) === 'parseStapleNames') {
    for (const each of documents.parseStapleNames(body)) {
      const { pathname } = new URL(`http://imds/folder/${encodeURIComponent(each)}`);
      demand(pathname.lastIndexOf('/') === 7 && pathname.length > 8, 'a name that is no segment');
    }
    return 'names';
  }
  const parser = Object.entries(documents).find(([key]) => key === text(name))?.[1];
  const value = parser?.(body);
  if (value === undefined) return 'refused';
  demand(typeof value === 'string', 'a document that is no word');
  demand(WORDS[text(name)]?.[1].test(value) === true, `a word of another form: ${value}`);
  demand(text(body).startsWith(value), 'a word that is not in the document');
  return 'accepted: a word of its form';
}

export const KEY_TARGETS: readonly Target[] = [
  { name: 'blob', readBy: 'login', make: makeBlob, judge: judgeBlob },
  { name: 'key', readBy: 'login', make: makeKey, judge: judgeKeyLine },
  {
    name: 'document',
    readBy: 'login',
    make: (random) => {
      const words = ['\n', '\r\n', '..', '/', '-', '.', '\0', 'a', '1', '%2e', '<html>'];
      const [name, valid] = random.pick([
        ...Object.entries(WORDS).map(([key, [word]]) => [key, word] as const),
        ['parseStapleNames', `${'0'.repeat(40)}\n${'ab'.repeat(32)}\n`] as const,
      ]);
      return [
        bytes(name),
        bytes(several(random, valid, (each) => mutateText(random, each, words))),
      ];
    },
    judge: judgeDocument,
  },
];
