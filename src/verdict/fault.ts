/** What can fail outside the program, as opposed to a refusal (a verdict) or a bug. */
export type FaultCode =
  | 'IMDS_UNREACHABLE'
  | 'IMDS_TIMEOUT'
  | 'IMDS_STATUS'
  | 'IMDS_BODY_TOO_LARGE'
  | 'IMDS_MALFORMED'
  | 'IMDS_FOREIGN_INSTANCE'
  | 'DMI_UNREADABLE'
  | 'TRUST_STORE_UNREADABLE'
  | 'DEADLINE_EXCEEDED'
  | 'OUTPUT_UNWRITABLE';

/** Thrown by the edges and caught where a command ends: by `login/`, by `cli/`, and by a check's runner. */
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
