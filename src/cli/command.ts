/** Exit code for an option, argument or file that cannot be used. */
export const EXIT_USAGE = 2;

/** Hands a command's exit code to the program. */
export type Finish = (exitCode: number) => void;

/** The call itself is wrong; the message names what, lower case, and is shown as it is. */
export class UsageError extends Error {}

/** sysexits(3) EX_SOFTWARE: an error of ours. */
export const EXIT_BUG = 70;
