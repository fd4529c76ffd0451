/** Which keys the promised hosts can read, where the primary key signs. Pure: from what `gpg --with-colons` lists (GnuPG, doc/DETAILS). */

/** Why a key is not one to sign a repository with. */
export type KeyReason =
  | 'ambiguous'
  | 'secret-missing'
  | 'not-valid'
  | 'too-short'
  | 'dsa'
  | 'elliptic-curve'
  | 'primary-cannot-sign';

/** A reason with what a person reads. */
export interface KeyFault {
  readonly reason: KeyReason;
  readonly message: string;
  /** Hosts that are newer than the ones named can read the key. */
  readonly newHostsCan: boolean;
}

/** What is to be known of a key that was asked for. */
export interface KeyJudgement {
  /** The primary key's, 40 hexadecimal digits; empty where there is none. */
  readonly fingerprint: string;
  /** Whether the primary key itself can sign. */
  readonly primarySigns: boolean;
  readonly faults: readonly KeyFault[];
}

const RSA_MIN_BITS = 3072;
/** Public key algorithms by number (RFC 4880 section 9.1). */
const [RSA, DSA] = ['1', '17'];
const OLD_HOSTS = 'rpm 4.11 (Amazon Linux 2) and gpgv 1.4 (Ubuntu 16.04)';

/** One `sec` or `ssb` line. */
interface Part {
  readonly primary: boolean;
  readonly validity: string;
  readonly bits: number;
  readonly algorithm: string;
  readonly signs: boolean;
  /** `#` where the secret key is somewhere else. */
  readonly token: string;
  readonly name: string;
}

function partOf(line: string): Part {
  const fields = line.split(':');
  const [kind, validity = '', bits = '', algorithm = ''] = fields;
  const curve = fields[16] ?? '';
  return {
    primary: kind === 'sec',
    validity,
    bits: Number(bits),
    algorithm,
    // Capital letters are what the whole key can, subkeys included.
    signs: (fields[11] ?? '').includes('s'),
    token: fields[14] ?? '',
    name: algorithm === RSA ? `RSA of ${bits} bits` : algorithm === DSA ? 'DSA' : curve || 'ECC',
  };
}

const VALIDITY: Readonly<Record<string, string>> = {
  e: 'has expired',
  r: 'is revoked',
  i: 'is invalid',
  d: 'is disabled',
  n: 'is not valid',
};

function fault(reason: KeyReason, message: string, newHostsCan = false): KeyFault {
  return { reason, message, newHostsCan };
}

function faultsOfPrimary(part: Part): readonly KeyFault[] {
  const word = VALIDITY[part.validity];
  const faults = word === undefined ? [] : [fault('not-valid', `it ${word}`)];
  if (part.algorithm === DSA) {
    return [...faults, fault('dsa', `it is ${part.name}, which apt 3 (Debian 13) refuses`)];
  }
  if (part.algorithm !== RSA) {
    const message = `it is ${part.name}, which ${OLD_HOSTS} cannot read`;
    return [...faults, fault('elliptic-curve', message, true)];
  }
  if (part.bits < RSA_MIN_BITS) {
    const message = `it is ${part.name}; apt 3 (Debian 13) refuses short ones, expected ${RSA_MIN_BITS} or more`;
    return [...faults, fault('too-short', message)];
  }
  return faults;
}

/**
 * Judges the key that was asked for.
 * @param listing of `gpg --with-colons --fingerprint --list-secret-keys ID`
 */
export function judgeKey(listing: string): KeyJudgement {
  const lines = listing.split('\n');
  const parts = lines.filter((line) => /^(sec|ssb):/.test(line)).map(partOf);
  const [primary, ...others] = parts;
  const fingerprint = /^fpr:(?:[^:]*:){8}([0-9A-F]{40,64}):/m.exec(listing)?.[1] ?? '';
  if (primary?.primary !== true) {
    const message = 'it is not in GnuPG with its secret part (gpg --list-secret-keys)';
    return { fingerprint, primarySigns: false, faults: [fault('secret-missing', message)] };
  }
  if (others.some((part) => part.primary)) {
    const message = 'there is more than one such key; give a fingerprint';
    return { fingerprint: '', primarySigns: false, faults: [fault('ambiguous', message)] };
  }
  const primarySigns = primary.signs && primary.token !== '#';
  const signing = primarySigns
    ? []
    : [
        fault(
          'primary-cannot-sign',
          `a subkey would sign, which rpm 4.11 (Amazon Linux 2) does not look for; the primary key has to`,
          others.some((part) => part.signs && part.token !== '#'),
        ),
      ];
  return { fingerprint, primarySigns, faults: [...faultsOfPrimary(primary), ...signing] };
}
