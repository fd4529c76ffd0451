import { getSystemErrorMessage } from 'node:util';

/** An error of the operating system, as node:fs throws it. */
export interface SystemError extends Error {
  /** errno(3)'s name, such as `ENOENT`. */
  readonly code: string;
  /** The negative number of it. */
  readonly errno: number;
}

/** Whether an error is the operating system's, not one of this program. */
export function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && 'errno' in error && typeof error.errno === 'number';
}

/** What strerror(3) says of it: `no such file or directory`. */
export function systemErrorText({ errno }: SystemError): string {
  return getSystemErrorMessage(errno);
}
