/**
 * What became of one question of sshd's: the code that the log has while the debug switch is on, with the
 * sentence that explains it. Codes are kept, as those of reasons are.
 */
export const ANSWERS = {
  'user-impossible': 'no key can be pushed for a user of this name',
  'no-instance': 'this is not an EC2 instance',
  'no-key': 'nobody has pushed a key for the user within the last minute',
  'other-keys': 'keys are pushed for the user, and none of them is the offered key',
  accepted: 'a pushed key may be used',
  refused: 'the offered key was pushed, and may not be used',
  'signer-refused': 'the offered key was pushed, and its signer was refused',
  fault: 'the world failed; the line of the fault says how',
  usage: 'sshd gave arguments that make no question',
  bug: 'an error of the program itself',
} as const;

/** A code of `ANSWERS`. */
export type Answer = keyof typeof ANSWERS;
