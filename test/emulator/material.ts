import { asInteger, asOneOf, asRecord, asString } from './strict-json.ts';

const CHAINS = ['served', 'leaf-and-intermediate', 'other-ca', 'other-name', 'garbage'] as const;
const STAPLES = [
  'good',
  'delegated',
  'none',
  'leaf-missing',
  'expired',
  'revoked',
  'unknown',
  'error-status',
  'garbage',
] as const;
const STAPLE_NAMES = ['sha1', 'sha256'] as const;
const SIGNATURES = ['single-line', 'wrapped', 'short-salt', 'foreign-key'] as const;

/** How the signed material is served. `DEFAULT_MATERIAL` is what the real service does. */
export interface Material {
  /**
   * `served`: leaf, intermediate, cross-signed root, older root. `other-ca`: the same shape from a CA that
   * nobody trusts, which also signs the blob. `other-name`: a trusted leaf that names another host.
   */
  readonly chain: (typeof CHAINS)[number];
  readonly staples: (typeof STAPLES)[number];
  /** Which digest of the certificate names its staple. */
  readonly stapleNames: (typeof STAPLE_NAMES)[number];
  readonly signature: (typeof SIGNATURES)[number];
  /** Seconds added to the expiry that a block claims (push + 60). */
  readonly expiryOffset: number;
  /** Serve the keys that were pushed for this instance instead of one's own; empty: one's own. */
  readonly keysOf: string;
}

/** The real service's behaviour. */
export const DEFAULT_MATERIAL: Material = {
  chain: 'served',
  staples: 'good',
  stapleNames: 'sha1',
  signature: 'single-line',
  expiryOffset: 0,
  keysOf: '',
};

/** Reads a document with any of Material's fields; the others keep their default. Throws ShapeError. */
export function parseMaterial(document: unknown): Material {
  const value = {
    ...DEFAULT_MATERIAL,
    ...asRecord(document, 'material', Object.keys(DEFAULT_MATERIAL)),
  } as Record<keyof Material, unknown>;
  return {
    chain: asOneOf(value.chain, 'material.chain', CHAINS),
    staples: asOneOf(value.staples, 'material.staples', STAPLES),
    stapleNames: asOneOf(value.stapleNames, 'material.stapleNames', STAPLE_NAMES),
    signature: asOneOf(value.signature, 'material.signature', SIGNATURES),
    expiryOffset: asInteger(value.expiryOffset, 'material.expiryOffset', -1_000_000),
    keysOf: value.keysOf === '' ? '' : asString(value.keysOf, 'material.keysOf'),
  };
}
