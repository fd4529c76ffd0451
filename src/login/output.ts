import { writeSync } from 'node:fs';
import { Fault } from '../verdict/fault.ts';

/**
 * Writes text to a descriptor in one call and waits for it. A reader that has gone away is no error:
 * sshd closes the pipe at the first key that matches. (Up to 7.4 it leaves the pipe open instead, reads no further and
 * waits for our end: the launcher has made the pipe large enough for all that we write.)
 * @param descriptor 1 or 2
 * @param text nothing is written for an empty text
 * @throws Fault OUTPUT_UNWRITABLE where stdout cannot be written, such as a full disk; what cannot be said on stderr is
 * not said
 */
export function writeOut(descriptor: 1 | 2, text: string | Buffer): void {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    const written = writeSome(descriptor, rest);
    if (written === undefined) return;
    rest = rest.subarray(written);
  }
}

/** @returns how many bytes went out, or undefined where nobody reads any more */
function writeSome(descriptor: 1 | 2, bytes: Buffer): number | undefined {
  try {
    return writeSync(descriptor, bytes);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EPIPE') return undefined;
    // A pipe that somebody made non-blocking is full: wait for the reader.
    if (code === 'EAGAIN') return 0;
    if (descriptor === 2) return undefined;
    throw new Fault('OUTPUT_UNWRITABLE', `cannot write to standard output: ${String(code)}`, {
      cause: error,
    });
  }
}
