import { constants, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { instanceConnectChain } from '../../test/pki/index.ts';
import type { Sample } from './warm-up.ts';

// Makes the sample that the build warms the program up with: one login as AWS serves it, signed by
// throw-away keys. Run it again when the form of what IMDS serves changes:
//   node scripts/build/make-sample.ts
const now = 1_764_000_000;
const instanceId = 'i-0123456789abcdef0';
const publicKey =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f sample';
const chain = instanceConnectChain({ now, delegated: true, slot: 'sample', fresh: true });
const signed = [
  `#Timestamp=${now + 60}`,
  `#Instance=${instanceId}`,
  '#Caller=arn:aws:sts::123456789012:assumed-role/admin/alice',
  '#Request=0a1b2c3d-1111-2222-3333-444455556666',
  publicKey,
  '',
].join('\n');
const signature = sign('sha256', Buffer.from(signed), {
  key: chain.signerKey.privateKey,
  padding: constants.RSA_PKCS1_PSS_PADDING,
  saltLength: 32,
});
const sample: Sample = {
  now,
  instanceId,
  keys: `${signed}${signature.toString('base64')}\n`,
  chainPem: chain.chainPem,
  staples: chain.staples.map(({ der }) => der.toString('base64')),
  trustAnchors: chain.root.pem,
};
const path = new URL('sample.json', import.meta.url);
writeFileSync(path, `${JSON.stringify(sample, null, 2)}\n`);
