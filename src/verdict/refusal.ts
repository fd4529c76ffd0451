/** A refusal: a reason code from a closed union and what was found, for the log. */
export interface Refusal<R extends string> {
  readonly ok: false;
  readonly reason: R;
  /** What was expected and what was found: lower case, no full stop; may quote untrusted text. */
  readonly detail: string;
}

/** The success side of a verdict. */
export interface Accepted<T> {
  readonly ok: true;
  readonly value: T;
}

/** Either a value or a refusal; nothing that is expected to happen is thrown. */
export type Verdict<T, R extends string> = Accepted<T> | Refusal<R>;

/** Wraps a value as an accepted verdict. */
export function accept<T>(value: T): Accepted<T> {
  return { ok: true, value };
}

/** Makes a refusal from its reason code and a detail for the log. */
export function refuse<R extends string>(reason: R, detail: string): Refusal<R> {
  return { ok: false, reason, detail };
}
