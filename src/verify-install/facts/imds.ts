import { proveSigner } from '../../authorize/authorize.ts';
import type { Metadata } from '../../imds/client.ts';
import { fetchSignerDocuments, type SignerDocuments } from '../../imds/gather.ts';
import { MAX_STAPLES, type SignerVerdict } from '../../signer/verify-signer.ts';
import { TrustAnchors } from '../../x509/trust-anchors.ts';
import type { Greeting } from '../edges.ts';
import type { Inspection } from '../inspection.ts';

/** The metadata client of this run; one session for all checks. */
export function imds(on: Inspection): Metadata {
  return on.edges.imds();
}

/** The answer to a request without a token, over IPv4. */
export function greeting(on: Inspection): Promise<Greeting> {
  return greet(on, 'ipv4');
}

/** The same over IPv6. */
export function greetingIpv6(on: Inspection): Promise<Greeting> {
  return greet(on, 'ipv6');
}

/** Outside of EC2 the link-local addresses are somebody else's, who is left alone. */
function greet(on: Inspection, family: 'ipv4' | 'ipv6'): Promise<Greeting> {
  if (on.options.offline || on.edges.machine() === undefined) {
    return Promise.resolve({ ok: false, code: 'NOT_ASKED' });
  }
  return on.edges.greetImds(family);
}

/** What IMDS says besides the keys; rejects with a Fault. */
export function documents(on: Inspection): Promise<SignerDocuments> {
  return fetchSignerDocuments(on.fact(imds), MAX_STAPLES);
}

/** Whether the signer may be believed now, decided as at a login; rejects with a Fault. */
export async function signer(on: Inspection): Promise<SignerVerdict> {
  const served = await on.fact(documents);
  const anchors = TrustAnchors.fromPem(on.edges.trustStore().pem);
  const evidence = { servedSigner: served, expectedSigner: served, anchors };
  return proveSigner(evidence, Math.floor(on.edges.now()));
}
