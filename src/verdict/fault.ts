/** What can fail around the decision: the world's side, as opposed to a refusal (a verdict) or a bug. */
export type FaultCode =
  | 'IMDS_UNREACHABLE'
  | 'IMDS_TIMEOUT'
  | 'IMDS_STATUS'
  | 'IMDS_BODY_TOO_LARGE'
  | 'IMDS_MALFORMED'
  | 'IMDS_FOREIGN_INSTANCE'
  | 'DMI_UNREADABLE'
  | 'TRUST_STORE_UNREADABLE'
  | 'DEADLINE_EXCEEDED';

/** Thrown by the edges (`imds`, `host`) and caught once, in the composition root. */
export class Fault extends Error {
  readonly code: FaultCode;

  /**
   * @param code which kind of failure, from the closed union
   * @param message lower case, no full stop, what was expected and what was found
   * @param options.cause the error underneath, if there is one
   */
  constructor(code: FaultCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'Fault';
    this.code = code;
  }
}
