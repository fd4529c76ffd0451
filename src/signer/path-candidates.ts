import { sameSubjectAndKey, type Certificate } from '../x509/certificate.ts';
import type { TrustAnchors } from '../x509/trust-anchors.ts';

/** Names alone can form many paths; a real chain has one or two. */
const MAX_CANDIDATES = 8;
const MAX_STEPS = 64;

/**
 * Paths from the leaf to a trust anchor whose names are chained, leaf first, the anchor's own
 * certificate last; nothing else about them has been checked. Shorter ones come first, so a path
 * ends at the first certificate whose subject and key are an anchor's, and what was served beyond
 * it does no harm. The order of the served certificates after the leaf says nothing.
 * An anchor is trusted as subject and key (RFC 5280 6.1.1 (d)): a served certificate with the same
 * two, a cross-signed root, stands for the anchor and is left out in its favour. The leaf never is
 * its own anchor, whatever the store holds: the path has at least two members.
 * @param served the certificates after the leaf
 */
export function candidatePaths(
  leaf: Certificate,
  served: readonly Certificate[],
  anchors: TrustAnchors,
): readonly (readonly Certificate[])[] {
  const found: (readonly Certificate[])[] = [];
  const open: (readonly Certificate[])[] = [[leaf]];
  for (let step = 0; step < MAX_STEPS && found.length < MAX_CANDIDATES; step++) {
    const path = open.shift();
    const last = path?.at(-1);
    if (path === undefined || last === undefined) break;
    const ends = anchors.bySubject(last.issuer);
    for (const anchor of ends) found.push([...path, anchor]);
    for (const next of served) {
      const seen = [...path, ...ends].some((member) => sameSubjectAndKey(member, next));
      if (next.subject.equals(last.issuer) && !seen) open.push([...path, next]);
    }
  }
  return found.slice(0, MAX_CANDIDATES);
}
