import { proveSigner } from '../../authorize/authorize.ts';
import { fetchSignerDocuments, type SignerDocuments } from '../../imds/gather.ts';
import { REQUEST_MS } from '../../imds/limits.ts';
import { MAX_STAPLES, type SignerVerdict } from '../../signer/verify-signer.ts';
import { TrustAnchors } from '../../x509/trust-anchors.ts';
import { pass, warn, type CheckResult } from '../check.ts';
import type { Greeting } from '../edges.ts';
import type { Inspection } from '../inspection.ts';
import { counted } from '../phrases.ts';
import { lookAt } from '../remedies.ts';
import { ATTEMPTS, PatientMetadata } from './patience.ts';

/** The metadata client of this run; one session for all checks. */
export function imds(on: Inspection): PatientMetadata {
  return new PatientMetadata(on.edges.imds);
}

/** The first answer of IMDS, and how many requests before it got none in time. */
export type Answered = Greeting & { readonly late: number };

/**
 * Passes; or warns where IMDS had to be asked again, because a login would have failed.
 * @param late how many requests got no answer in time
 * @param data what the report has as numbers
 */
export function answered(
  found: string,
  late: number,
  data: Readonly<Record<string, number>> = {},
): CheckResult {
  if (late === 0) return pass(found, data);
  const missed = `${counted(late, 'request')} got no answer within ${REQUEST_MS} ms`;
  return warn(
    `${found}; ${missed}, which fails a login`,
    lookAt('uptime; ps aux --sort=-%cpu | head', 'a host that is too busy, or too many requests'),
    { ...data, late },
  );
}

/** The answer to a request without a token, over IPv4. */
export function greeting(on: Inspection): Promise<Answered> {
  return greet(on, 'ipv4');
}

/** The same over IPv6. */
export function greetingIpv6(on: Inspection): Promise<Answered> {
  return greet(on, 'ipv6');
}

/** Outside of EC2 the link-local addresses are somebody else's, who is left alone. */
async function greet(on: Inspection, family: 'ipv4' | 'ipv6'): Promise<Answered> {
  if (on.options.offline || on.edges.machine() === undefined) {
    return { ok: false, code: 'NOT_ASKED', late: 0 };
  }
  for (let late = 0; ; late += 1) {
    const greeting = await on.edges.greetImds(family);
    const isLate = !greeting.ok && greeting.code === 'TIMEOUT';
    if (!isLate || late + 1 === ATTEMPTS) return { ...greeting, late: isLate ? ATTEMPTS : late };
  }
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
