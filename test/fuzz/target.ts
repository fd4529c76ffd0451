import type { Random } from './random.ts';

/** What is put before the program: one text or DER each, in the order that the target says. */
export type Parts = readonly Buffer[];

/** One kind of material, and what must hold whatever becomes of it. */
export interface Target {
  readonly name: string;
  /** Who waits for it: a login may take 100 ms of CPU time for it, a command of the administrator's 1 s. */
  readonly readBy: 'login' | 'administrator';
  /** Valid material with changes in it, now and then without any. */
  readonly make: (random: Random) => Parts;
  /**
   * Puts it before the program.
   * @returns the class of the outcome, for the count; `refused` for every refusal
   * @throws Violation where something comes out that must not; every other error is a finding too
   */
  readonly judge: (parts: Parts) => string;
}

/** Something came out that must never come out. */
export class Violation extends Error {}

/** Demands something of an outcome. */
export function demand(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Violation(what);
}

/** Demands that a refusal has a declared reason and a detail for people: bounded, and printable where it is quoted. */
export function demandRefusal(
  refusal: { readonly reason: string; readonly detail: string; readonly subject?: string },
  reasons: object,
): void {
  demand(Object.hasOwn(reasons, refusal.reason), `an undeclared reason: ${refusal.reason}`);
  demand(
    /^[ -~]{1,1000}$/.test(refusal.detail),
    `a detail that is not for people: ${refusal.reason}`,
  );
  const { subject = '-' } = refusal;
  demand(/^[ -~]{0,260}$/.test(subject), 'a subject that is not for people');
}

export const text = (part: Buffer | undefined): string =>
  (part ?? Buffer.alloc(0)).toString('latin1');
export const bytes = (part: string): Buffer => Buffer.from(part, 'latin1');
