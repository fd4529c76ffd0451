/** Numbers that look like chance and are the same for the same seed: mulberry32. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** The numbers of one case of a run: those of case 7 do not depend on what cases 0 to 6 took. */
  static ofCase(seed: number, index: number): Random {
    return new Random(seed ^ Math.imul(index + 1, 0x9e37_79b1));
  }

  /** A whole number from 0 on and below `limit`. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b_79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  /** True once in so many times. */
  oneIn(times: number): boolean {
    return this.below(times) === 0;
  }

  /** One of them, each as often as the others. */
  pick<T>(all: readonly [T, ...T[]] | readonly T[]): T {
    const [first] = all;
    if (first === undefined) throw new Error('expected something to pick from');
    return all[this.below(all.length)] ?? first;
  }

  /** As many octets. */
  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)));
  }
}
