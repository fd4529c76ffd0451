import type { Check } from '../check.ts';
import { witnessCheck } from '../witness-check.ts';

/** sshd has not refused the login user, after it may have asked this program. */
export const witnessLogin: Check = witnessCheck('witness-login', 'login', 'refused by sshd or PAM');
