import type { Check } from '../check.ts';
import { witnessCheck } from '../witness-check.ts';

/** sshd could run the command, and has used its answer. */
export const witnessCommand: Check = witnessCheck('witness-command', 'command', 'failed commands');
