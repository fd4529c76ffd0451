/** Tells on a stream how far the load is: a line for each phase, and on a terminal a count within it. */

/** As much of a terminal or stream as is needed. */
export interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const CLEAR_LINE = '\r\u001b[K';

/** How far the load is; see the methods. */
export class Progress {
  readonly #output: Output;
  #what = '';
  #total = 0;
  #done = 0;
  #start = 0;

  constructor(output: Output) {
    this.#output = output;
  }

  /** Writes a line. */
  line(text: string): void {
    this.#output.write(`${this.#output.isTTY === true ? CLEAR_LINE : ''}${text}\n`);
  }

  /** Begins a phase of so many logins. */
  begin(what: string, total: number): void {
    [this.#what, this.#total, this.#done, this.#start] = [what, total, 0, performance.now()];
    this.#count();
  }

  /** One login more has ended. */
  step(): void {
    this.#done += 1;
    this.#count();
  }

  /** Ends the phase. */
  end(wrong: number): void {
    const seconds = ((performance.now() - this.#start) / 1000).toFixed(0);
    this.line(`${this.#what}: ${this.#done} of ${this.#total}, ${seconds} s, ${wrong} wrong`);
    this.#what = '';
  }

  #count(): void {
    if (this.#output.isTTY !== true || this.#what === '') return;
    this.#output.write(`${CLEAR_LINE}${this.#what}: ${this.#done} of ${this.#total}`);
  }
}
