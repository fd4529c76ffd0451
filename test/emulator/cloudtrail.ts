import type { EmulatorConfig, Principal } from './config.ts';
import type { HttpRequest } from './http.ts';
import { identityOf } from './iam/identity.ts';
import { isoTime } from './iam/request-context.ts';

/** What a call was about, for its CloudTrail record. */
export interface CallDescription {
  readonly eventSource: string;
  readonly eventName: string;
  readonly readOnly: boolean;
  /** Null where the call was refused before anybody looked at them. */
  readonly requestParameters: unknown;
  readonly responseElements?: unknown;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly requestId: string;
  readonly eventId: string;
  /** Absent when nobody's signature held. */
  readonly principal?: Principal;
}

/**
 * One record in the shape that CloudTrail delivers today ("CloudTrail record contents", event version 1.11).
 * A successful push has `requestParameters` {instanceId, instanceOSUser, sSHPublicKey} and `responseElements`
 * {requestId, success: true}. One that IAM denied has `errorCode` AccessDenied, IAM's message, and null for
 * both. The records in the article that announced the service in 2019 are of the old form, with
 * `requestParameters` {instanceId, osUser, SSHKey: {publicKey}}: nothing here makes those. `tlsDetails` is
 * absent, for the emulator speaks no TLS.
 */
export type CloudTrailRecord = Readonly<Record<string, unknown>>;

/** What the record of a call says of its surroundings. */
export interface RecordContext {
  readonly request: HttpRequest;
  readonly config: EmulatorConfig;
  /** When temporary credentials were issued, Unix seconds. */
  readonly issuedAt: number;
  /** Unix seconds. */
  readonly now: number;
}

/** Makes the record of one call, denied ones included. */
export function cloudTrailRecord(
  call: CallDescription,
  { request, config, issuedAt, now }: RecordContext,
): CloudTrailRecord {
  return {
    eventVersion: '1.11',
    userIdentity: userIdentity(call.principal, issuedAt),
    eventTime: isoTime(now),
    eventSource: call.eventSource,
    eventName: call.eventName,
    awsRegion: config.region,
    sourceIPAddress: request.remoteAddress,
    userAgent: request.headers['user-agent'] ?? '',
    ...(call.errorCode === undefined
      ? {}
      : { errorCode: call.errorCode, errorMessage: call.errorMessage ?? '' }),
    requestParameters: call.requestParameters,
    responseElements: call.responseElements ?? null,
    requestID: call.requestId,
    eventID: call.eventId,
    readOnly: call.readOnly,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: config.accountId,
    eventCategory: 'Management',
  };
}

/** "CloudTrail userIdentity element": temporary credentials have a session, that of a role its issuer. */
function userIdentity(principal: Principal | undefined, issuedAt: number): Record<string, unknown> {
  if (principal === undefined) return { type: 'Unknown' };
  const { type, accountId, name, principalId, principalArn, temporary } = identityOf(principal);
  const isRole = type === 'AssumedRole';
  const [issuerId] = principalId.split(':');
  const sessionIssuer = {
    type: 'Role',
    principalId: issuerId,
    arn: principalArn,
    accountId,
    userName: name,
  };
  const attributes = {
    creationDate: isoTime(issuedAt),
    mfaAuthenticated: String(principal.mfaAuthenticated),
  };
  return {
    type,
    principalId,
    arn: principal.arn,
    accountId,
    accessKeyId: principal.accessKeyId,
    ...(isRole ? {} : { userName: name }),
    ...(temporary ? { sessionContext: { ...(isRole ? { sessionIssuer } : {}), attributes } } : {}),
  };
}
