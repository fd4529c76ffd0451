import { accept, refuse, type Verdict } from '../verdict/refusal.ts';
import { PARTITIONS } from './partitions.ts';

/**
 * The name that the signer of this region has: `managed-ssh-signer.<region>.<domain>`.
 * @param region as `placement/region` answers, for instance `us-east-1`; never a zone
 * @param domain as `services/domain` answers; compared exactly with the allow-list of partitions
 * @returns refused `domain-unknown`, or `region-unknown` when no partition of that domain can have it
 */
export function signerName(
  region: string,
  domain: string,
): Verdict<string, 'domain-unknown' | 'region-unknown'> {
  const partitions = PARTITIONS.filter((partition) => partition.domain === domain);
  if (partitions.length === 0) {
    return refuse('domain-unknown', `expected the domain of a partition, found ${quoted(domain)}`);
  }
  if (!partitions.some(({ regionPattern }) => regionPattern.test(region))) {
    return refuse(
      'region-unknown',
      `expected a region of ${partitions.map(({ name }) => name).join(' or ')}, found ${quoted(region)}`,
    );
  }
  return accept(`managed-ssh-signer.${region}.${domain}`);
}

/** Untrusted text for a detail: JSON escapes it, and it has a bounded length. */
function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 64));
}
