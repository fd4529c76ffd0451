import { spawnSync } from 'node:child_process';
import { constants } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyRsaPss } from '../../src/signer/rsa-pss.ts';
import { fingerprintOf } from '../../src/ssh/fingerprint.ts';
import { parsePublicKey } from '../../src/ssh/public-key.ts';
import { Random } from '../fuzz/random.ts';
import { KEY_TARGETS } from '../fuzz/targets-keys.ts';
import { testKey } from '../pki/index.ts';
import { signBytes } from '../support/signed-blobs.ts';
import { outcome } from '../vectors/signer-vector.ts';
import { opensslPath, opensslStaples, type Answer } from './answers.ts';
import { openssl } from './openssl.ts';
import { randomScenario } from './random-scenario.ts';

/** What came of a comparison. */
export interface Comparison {
  readonly cases: number;
  /** How often both accept, both refuse, and each class of difference that has a reason. */
  readonly classes: ReadonlyMap<string, number>;
  /** Differences without a reason: none may be. */
  readonly unexplained: readonly string[];
}

/** A case's class, or a difference that nobody has explained. */
type Judged = { readonly class: string } | { readonly unexplained: string };

/** Reasons about staples come after the path has held. */
const OF_STAPLES = /^(staple-|certificate-revoked$|revocation-unknown$)/;

function judgeScenario(random: Random): Judged {
  const { features, differing, build } = randomScenario(random);
  const made = build();
  const ours = outcome(made);
  const pathHolds = ours === 'accepted' || OF_STAPLES.test(ours);
  const path: Answer = opensslPath(made);
  const mine: Answer = ours === 'accepted' ? 'accepts' : 'refuses';
  const theirs = path === 'accepts' && pathHolds ? opensslStaples(made) : path;
  if (mine === theirs) return { class: `both ${mine.slice(0, -1)}` };
  const reason = differing.find((feature) => feature.openssl === theirs);
  if (reason !== undefined) {
    return { class: `openssl ${theirs}: ${reason.name} (${reason.because ?? ''})` };
  }
  return { unexplained: `${features.join('; ')}: openssl ${theirs}, ours is ${ours}` };
}

const KEY_TARGET = KEY_TARGETS.find(({ name }) => name === 'key');

/** `ssh-keygen -l` on a file with the one line: the fingerprint, or undefined. */
function keygenFingerprint(line: Buffer): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'keygen-'));
  try {
    writeFileSync(join(folder, 'key.pub'), Buffer.concat([line, Buffer.from('\n')]));
    const { stdout } = spawnSync('ssh-keygen', ['-l', '-f', 'key.pub'], { cwd: folder });
    return /^\d+ (SHA256:\S+)/.exec(stdout.toString('latin1'))?.[1];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function judgeKeyLine(random: Random): Judged {
  const [line = Buffer.alloc(0)] = KEY_TARGET?.make(random) ?? [];
  const text = line.toString('latin1');
  const ours = parsePublicKey(text);
  const theirs = keygenFingerprint(line);
  if (!ours.ok && theirs === undefined) return { class: 'both refuse' };
  if (ours.ok && theirs === fingerprintOf(ours.value.wire)) return { class: 'both accept' };
  if (!ours.ok) {
    const why =
      ours.reason === 'key-weak' ? 'an RSA key below 2048 bits' : 'a line of another form';
    return { class: `ssh-keygen accepts: ${why} (only what the service sends is taken)` };
  }
  if (theirs === undefined && ours.value.type.includes('ecdsa')) {
    return { class: 'ssh-keygen refuses: a point that is not on its curve (sshd looks at that)' };
  }
  return { unexplained: `${text}: ssh-keygen says ${String(theirs)}` };
}

const DATA = Buffer.from('#Timestamp=1\nssh-ed25519 AAAA\n');
const SIGNER = testKey('rsa2048', 'differential');

function judgeSignature(random: Random): Judged {
  const signature = signBytes(DATA, {
    key: random.oneIn(6) ? testKey('rsa2048', 'stranger').privateKey : SIGNER.privateKey,
    hash: random.oneIn(4) ? random.pick(['sha1', 'sha384', 'sha512']) : 'sha256',
    padding: random.oneIn(6) ? constants.RSA_PKCS1_PADDING : constants.RSA_PKCS1_PSS_PADDING,
    saltLength: random.oneIn(3) ? random.pick([0, 20, 31, 33, 64]) : 32,
  });
  if (random.oneIn(6)) signature[random.below(signature.length)] = random.below(256);
  const options = ['rsa_padding_mode:pss', 'rsa_pss_saltlen:32', 'rsa_mgf1_md:sha256'];
  const { status } = openssl(
    [
      ...['dgst', '-sha256', '-verify', 'key.pem', '-signature', 'signature'],
      ...options.flatMap((option) => ['-sigopt', option]),
      'data',
    ],
    {
      'key.pem': SIGNER.publicKey.export({ type: 'spki', format: 'pem' }),
      signature,
      data: DATA,
    },
  );
  const ours = verifyRsaPss(SIGNER.publicKey, DATA, signature);
  if (ours === (status === 0)) return { class: ours ? 'both accept' : 'both refuse' };
  return { unexplained: `openssl dgst ends with ${String(status)}, ours says ${String(ours)}` };
}

/** What is compared, with whom. */
export const COMPARISONS: Readonly<Record<string, (random: Random) => Judged>> = {
  'chains and staples, openssl verify and ocsp': judgeScenario,
  'key lines, ssh-keygen -l': judgeKeyLine,
  "signatures on pushed keys, openssl dgst's RSA-PSS": judgeSignature,
};

/** Judges as many random cases; the same seed makes the same ones. */
export function compare(
  judge: (random: Random) => Judged,
  seed: number,
  count: number,
): Comparison {
  const classes = new Map<string, number>();
  const unexplained: string[] = [];
  for (let index = 0; index < count; index++) {
    const judged = judge(Random.ofCase(seed, index));
    if ('class' in judged) classes.set(judged.class, (classes.get(judged.class) ?? 0) + 1);
    else unexplained.push(`case ${index}: ${judged.unexplained}`);
  }
  return { cases: count, classes, unexplained };
}
