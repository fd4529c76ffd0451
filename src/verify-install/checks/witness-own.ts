import type { Check } from '../check.ts';
import { witnessCheck } from '../witness-check.ts';

/** This program has not failed a login. */
export const witnessOwn: Check = witnessCheck('witness-own', 'own', 'faults and refused signers');
