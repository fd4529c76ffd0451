import { writeOut } from './output.ts';

/** What one run of the program has printed, and whether it may still print. `main.ts` makes one. */
export class Run {
  #isBroken = false;
  #printedWith: number | undefined;

  /** The exit code that was decided when the keys went out; undefined before. */
  get printedWith(): number | undefined {
    return this.#printedWith;
  }

  /**
   * Writes to standard output or standard error as writeOut does. Once the run is broken nothing goes
   * to standard output.
   * @throws Fault where standard output cannot be written
   */
  write(descriptor: 1 | 2, text: string | Buffer): void {
    if (descriptor === 1 && this.#isBroken) return;
    writeOut(descriptor, text);
  }

  /**
   * Prints the keys. From here on sshd has them, and an error is too late to take them back.
   * @throws Fault where standard output cannot be written
   */
  print(lines: string | Buffer, exitCode: number): void {
    if (this.#isBroken || lines.length === 0) return;
    this.write(1, lines);
    this.#printedWith = exitCode;
  }

  /** An error of ours: nothing more is printed, for the run may still be going on. */
  break(): void {
    this.#isBroken = true;
  }
}
