/** The gate's rules (packaging/launcher/rules.h), compiled with the sanitizers of addresses and undefined behaviour. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WARNINGS } from '../../scripts/package/launcher.ts';

const SANITIZERS = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all'];

/**
 * What a text is put forward as: an answer to the first or second question (token, nobody), a call's arguments with a
 * zero behind each, the asset tag of an instance, the id of a Xen guest, the records of a directory.
 */
export type Kind = 'token' | 'nobody' | 'call' | 'instance' | 'xen' | 'directory';

const LETTERS: Readonly<Record<Kind, string>> = {
  token: 't',
  nobody: 'n',
  call: 'c',
  instance: 'i',
  xen: 'x',
  directory: 'd',
};

/** One text, and how it is cut into pieces. */
export interface Plea {
  readonly kind: Kind;
  readonly text: Buffer;
  readonly pieces?: number;
}

/** See the head of this file. */
export class Judge {
  readonly #folder = mkdtempSync(join(tmpdir(), 'judge-'));

  /** Compiles it; throws with the compiler's words. */
  constructor() {
    const source = join(import.meta.dirname, 'judge.c');
    const flags = ['-g', '-O1', '-std=c11', ...WARNINGS, ...SANITIZERS];
    execFileSync('gcc', [...flags, '-o', join(this.#folder, 'judge'), source]);
  }

  /** The line that is printed for each plea; throws with the sanitizers' words where they have any. */
  hear(pleas: readonly Plea[]): readonly string[] {
    const input = Buffer.concat(pleas.flatMap(record));
    const options = { input, maxBuffer: 1 << 28, encoding: 'latin1' } as const;
    const lines = execFileSync(join(this.#folder, 'judge'), options).split('\n').slice(0, -1);
    if (lines.length !== pleas.length)
      throw new Error(`${pleas.length} pleas, ${lines.length} lines`);
    return lines;
  }

  /** Takes the compiled file away. */
  close(): void {
    rmSync(this.#folder, { recursive: true });
  }
}

function record({ kind, text, pieces = 0 }: Plea): readonly Buffer[] {
  const head = Buffer.alloc(9, LETTERS[kind]);
  head.writeUInt32LE(text.length, 1);
  head.writeUInt32LE(pieces >>> 0, 5);
  return [head, text];
}
