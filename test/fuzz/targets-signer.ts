import { X509Certificate } from 'node:crypto';
import { readOcspResponse } from '../../src/ocsp/ocsp-response.ts';
import { verifySigner } from '../../src/signer/verify-signer.ts';
import { SIGNER_REASONS } from '../../src/verdict/reasons.ts';
import { TrustAnchors } from '../../src/x509/trust-anchors.ts';
import {
  boolean,
  generalName,
  instanceConnectChain,
  member,
  octetString,
  pemOf,
  scenario,
  sequence,
  testKey,
} from '../pki/index.ts';
import { mutateDer, mutateList, mutateText, several } from './mutate.ts';
import type { Random } from './random.ts';
import { bytes, demand, demandRefusal, text, type Parts, type Target } from './target.ts';

const NOW = 1_764_000_000;
const CHAINS = [false, true].map((delegated) => instanceConnectChain({ now: NOW, delegated }));
const [first] = CHAINS;
if (first === undefined) throw new Error('expected a chain');
const SIGNER_NAME = first.signerName;
const ANCHORS = TrustAnchors.fromPem(first.root.pem);

const PEM_WORDS = [
  '-----BEGIN CERTIFICATE-----\n',
  '-----END CERTIFICATE-----\n',
  '-----BEGIN X509 CRL-----\n',
  'subject=CN = x\n',
  '\n',
  '\r\n',
  '=',
  'MIIB',
];

/** The certificates of a PEM text as anybody would find them, unlike the program's own reader. */
function derOf(pem: string): readonly Buffer[] {
  const blocks = pem.matchAll(/-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----/g);
  return [...blocks].map(([, base64 = '']) => Buffer.from(base64, 'base64'));
}

const stapleOf = (part: Buffer): Buffer =>
  part[0] === 0x30 ? part : Buffer.from(part.toString('latin1'), 'base64');

/** Everything of a good staple that is under a signature, and the signatures themselves. */
function signedParts(staple: Buffer): readonly Buffer[] {
  const response = readOcspResponse(staple);
  if (response.outcome !== 'basic') throw new Error('expected a good staple');
  const { signed, signature, certificates } = response.basic;
  return [signed, signature, ...certificates];
}

const NOTHING = Buffer.alloc(0);

const SIGNED = CHAINS.map(({ staples }) => staples.slice(0, 2).map(({ der }) => signedParts(der)));

function mutateChain(random: Random, pem: string): string {
  if (random.oneIn(4)) return mutateText(random, pem, PEM_WORDS);
  const certificates = derOf(pem);
  if (random.oneIn(4)) {
    const stranger = (): Buffer => first?.root.der ?? Buffer.alloc(0);
    return mutateList(random, certificates, stranger)
      .map((der) => pemOf(der))
      .join('');
  }
  const index = random.below(certificates.length);
  const changed = certificates.map((der, i) => (i === index ? mutateDer(random, der) : der));
  return changed.map((der) => pemOf(der)).join('');
}

function mutateStaple(random: Random, staple: Buffer): Buffer {
  if (random.oneIn(3))
    return bytes(mutateText(random, staple.toString('base64'), ['\n', '=', 'A', ' ']));
  return mutateDer(random, stapleOf(staple));
}

/** What was served by the metadata service, changed on the way by somebody who has no key. */
function makeServed(random: Random): Parts {
  const chain = random.pick(CHAINS);
  let parts: Parts = [bytes(chain.chainPem), ...chain.staples.map(({ der }) => der)];
  if (random.oneIn(50)) return parts;
  parts = several(random, parts, ([pem = Buffer.alloc(0), ...staples]) => {
    if (random.oneIn(2)) return [bytes(mutateChain(random, text(pem))), ...staples];
    const index = random.below(staples.length);
    return random.oneIn(3)
      ? [pem, ...mutateList(random, staples, (r) => r.bytes(40))]
      : [pem, ...staples.map((each, i) => (i === index ? mutateStaple(random, each) : each))];
  });
  return parts;
}

const verify = ([pem, ...staples]: Parts): ReturnType<typeof verifySigner> =>
  verifySigner(
    { chainPem: text(pem), staples },
    { signerName: SIGNER_NAME, anchors: ANCHORS, now: NOW },
  );

/**
 * Accepted is only what has every signed octet of the leaf, of the intermediate and of a staple for each
 * as it was issued. What may differ then is named by the class.
 */
function judgeServed(parts: Parts): string {
  const verdict = verify(parts);
  if (!verdict.ok) {
    demandRefusal(verdict, SIGNER_REASONS);
    return 'refused';
  }
  const [pem, ...staples] = parts;
  const served = derOf(text(pem));
  const chain = CHAINS.find(({ leaf }) => served[0]?.equals(leaf.der) === true);
  demand(chain !== undefined, 'a leaf that nobody issued is accepted');
  const has = (der: Buffer): boolean => served.some((each) => each.equals(der));
  demand(has(chain.intermediate.der), 'a chain without its intermediate is accepted');
  const decoded = staples.map(stapleOf);
  for (const index of [0, 1]) {
    const isThere = SIGNED.some((of) =>
      decoded.some((staple) => (of[index] ?? []).every((part) => staple.includes(part))),
    );
    demand(isThere, 'a staple that nobody signed is accepted');
  }
  return classOf(parts);
}

function classOf([pem, ...staples]: Parts): string {
  const same = CHAINS.find(({ chainPem }) => chainPem === text(pem));
  const originals = CHAINS.flatMap((chain) => chain.staples.map(({ der }) => der));
  if (same === undefined) {
    const served = derOf(text(pem));
    const known = CHAINS.flatMap((c) => [c.leaf, c.intermediate, c.crossSignedRoot, c.olderRoot]);
    const all = served.every((der) => known.some((each) => each.der.equals(der)));
    return all && served.length === 4
      ? 'accepted: text around the certificates, or their order'
      : 'accepted: certificates that the path does not need';
  }
  const untouched = (each: Buffer): boolean => originals.some((der) => der.equals(each));
  if (staples.every(untouched)) {
    return staples.length === 3
      ? 'accepted: unchanged, or in another order'
      : 'accepted: fewer or more staples';
  }
  return staples.filter(untouched).length >= 2
    ? 'accepted: a staple that nobody needs'
    : 'accepted: what is not signed in a staple';
}

/** Material that the right CAs did sign, however odd it is. The store has the usual root. */
const usual = scenario({ now: NOW });
const USUAL_ANCHORS = TrustAnchors.fromPem(usual.root.pem);

function makeIssued(random: Random): Parts {
  const alterTbs = (tbs: Buffer): Buffer => several(random, tbs, (each) => mutateDer(random, each));
  const which = random.below(3);
  const made = scenario({
    now: NOW,
    ...(which === 0 ? { leaf: { alterTbs } } : which === 1 ? { intermediate: { alterTbs } } : {}),
  });
  const pem = made.served.map((der) => pemOf(der)).join('');
  const staples = which === 2 ? made.staples.map((der) => mutateDer(random, der)) : made.staples;
  return [bytes(pem), ...staples];
}

/** What makes a CA of the intermediate, octet for octet. */
const IS_CA = octetString(sequence(boolean(true)));
/** What names the leaf: a dNSName of the signer, in any case, whatever is changed around it. */
const IS_SIGNER = text(generalName.dns(usual.signerName)).toLowerCase();
const isSigner = (der: Buffer): boolean => text(der).toLowerCase().includes(IS_SIGNER);

/** OpenSSL's reading; undefined where it reads nothing, as with an OCTET STRING or an ENUMERATED as a name's value. */
function readByOpenssl(der: Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(der);
  } catch {
    return undefined;
  }
}

/** Accepted is only what node:crypto, which is OpenSSL, finds right where it looks. */
function judgeIssued([pem, ...staples]: Parts): string {
  const verdict = verifySigner(
    { chainPem: text(pem), staples },
    { signerName: usual.signerName, anchors: USUAL_ANCHORS, now: NOW },
  );
  if (!verdict.ok) {
    demandRefusal(verdict, SIGNER_REASONS);
    return 'refused';
  }
  const [leafDer = NOTHING, intermediateDer = NOTHING] = derOf(text(pem));
  const [leaf, intermediate] = [readByOpenssl(leafDer), readByOpenssl(intermediateDer)];
  if (leaf === undefined || intermediate === undefined) {
    // By its alternative name alone.
    demand(isSigner(leafDer) && intermediateDer.includes(IS_CA), 'another is accepted');
    return 'accepted: a value in a name of a type that OpenSSL does not read';
  }
  demand(
    leaf.checkHost(usual.signerName, { wildcards: false }) !== undefined,
    'another name is accepted',
  );
  demand(!leaf.ca, 'a CA is accepted as the leaf');
  for (const each of [leaf, intermediate]) {
    const [from, to] = [each.validFromDate.getTime() / 1000, each.validToDate.getTime() / 1000];
    demand(from <= NOW && NOW <= to, 'a certificate that is not valid now is accepted');
  }
  demand(
    leaf.verify(intermediate.publicKey),
    'a leaf that the intermediate did not sign is accepted',
  );
  demand(intermediate.verify(usual.root.key.publicKey), 'a foreign intermediate is accepted');
  if (intermediate.ca) return 'accepted: signed by the right CAs';
  // OpenSSL takes nobody for a CA of whose extensions it cannot read one, and it knows more kinds.
  demand(intermediateDer.includes(IS_CA), 'somebody who is no CA is accepted as one');
  return 'accepted: an extension that OpenSSL alone reads, and finds malformed';
}

/** A CA store, some blocks of which are broken. */
const ROOTS = Array.from({ length: 4 }, (_, i) =>
  member(NOW, { subject: `Store Root ${i % 3}`, key: testKey('p256', `store-${i}`) }),
);
const BUNDLE = ROOTS.map(({ pem }, i) => `# root ${i}\n${pem}`).join('\n');

function judgeStore([bundle]: Parts): string {
  const served = text(bundle);
  const anchors = TrustAnchors.fromPem(served);
  let count = 0;
  for (const { subject, der, pem } of ROOTS) {
    const found = anchors.bySubject(subject);
    count += found.length;
    demand(
      found.every((each) => each.subject.equals(subject)),
      'a stranger is an anchor',
    );
    // A marker begins its line (RFC 7468 3).
    const stands = `\n${served}`.includes(`\n${pem}`);
    demand(!stands || found.some((each) => each.der.equals(der)), 'a broken block hides another');
    demand(
      anchors.problemsOf(subject).every((each) => /^[ -~]{1,300}$/.test(each)),
      'an odd problem',
    );
  }
  return count >= 6 ? 'all anchors' : 'fewer anchors';
}

export const SIGNER_TARGETS: readonly Target[] = [
  { name: 'served', readBy: 'login', make: makeServed, judge: judgeServed },
  { name: 'issued', readBy: 'login', make: makeIssued, judge: judgeIssued },
  {
    name: 'store',
    readBy: 'login',
    make: (random) => {
      const words = [...PEM_WORDS, ROOTS[0]?.pem ?? ''];
      return [bytes(several(random, BUNDLE, (pem) => mutateText(random, pem, words)))];
    },
    judge: judgeStore,
  },
];
