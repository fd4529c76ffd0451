/** Hands a command's exit code to the program. */
export type Finish = (exitCode: number) => void;

/** The call itself is wrong; the message names what, lower case, and is shown as it is. */
export class UsageError extends Error {}
