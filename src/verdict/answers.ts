/**
 * What became of one question of sshd's: the code that the log has while the debug switch is on, with the
 * sentence that explains it. Codes are kept, as those of reasons are.
 */
export const ANSWERS = {
  'user-impossible': 'no key can be pushed for a user of this name',
  'no-instance': 'this is not an EC2 instance',
  'no-key': 'no key was pushed for the user within the last minute',
  'other-keys': 'keys are pushed for the user, and none of them is the offered key',
  accepted: 'a pushed key was accepted',
  refused: 'the offered key was pushed, and was refused',
  'signer-refused': 'the offered key was pushed, and its signer was refused',
  fault: 'something outside the program failed; the line of the fault says what',
  usage: 'sshd passed invalid arguments',
  bug: 'an internal error',
} as const;

/** A code of `ANSWERS`. */
export type Answer = keyof typeof ANSWERS;
