import type { EmulatorConfig, Principal } from './config.ts';
import type { HttpRequest } from './http.ts';

/** What a call was about, for its CloudTrail record. */
export interface CallDescription {
  readonly eventSource: string;
  readonly eventName: string;
  readonly readOnly: boolean;
  readonly requestParameters: unknown;
  readonly responseElements?: unknown;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly requestId: string;
  readonly eventId: string;
  /** Absent when nobody's signature held. */
  readonly principal?: Principal;
}

/** One record in the shape that CloudTrail delivers ("CloudTrail record contents", event version 1.08). */
export type CloudTrailRecord = Readonly<Record<string, unknown>>;

/** Makes the record of one call, denied ones included; `now` in Unix seconds. */
export function cloudTrailRecord(
  call: CallDescription,
  request: HttpRequest,
  config: EmulatorConfig,
  now: number,
): CloudTrailRecord {
  return {
    eventVersion: '1.08',
    userIdentity: userIdentity(call.principal),
    eventTime: new Date(Math.floor(now) * 1000).toISOString().replace('.000Z', 'Z'),
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

function userIdentity(principal: Principal | undefined): Record<string, unknown> {
  if (principal === undefined) return { type: 'Unknown' };
  const [, , , , accountId = '', resource = ''] = principal.arn.split(':');
  const [kind = '', ...names] = resource.split('/');
  const name = names.at(-1) ?? '';
  const common = { arn: principal.arn, accountId, accessKeyId: principal.accessKeyId };
  if (kind === 'user') {
    return { type: 'IAMUser', principalId: 'AIDAEMULATEDUSER00000', ...common, userName: name };
  }
  return { type: 'AssumedRole', principalId: `AROAEMULATEDROLE00000:${name}`, ...common };
}
