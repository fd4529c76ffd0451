import { text, type HttpResponse } from './http.ts';
import { escapeXml } from './xml.ts';

/**
 * HTTP status of each error that the emulated EC2 Instance Connect API answers: those of the operation's
 * model, AccessDeniedException, with which the front end answers what IAM does not allow, and the front
 * end's for signatures and protocol. API Reference, "SendSSHPublicKey" and "Common Errors" (2026).
 */
const JSON_ERROR_STATUS = {
  AccessDeniedException: 400,
  AuthException: 400,
  InvalidArgsException: 400,
  ServiceException: 500,
  ThrottlingException: 400,
  EC2InstanceNotFoundException: 400,
  EC2InstanceStateInvalidException: 400,
  EC2InstanceUnavailableException: 400,
  MissingAuthenticationTokenException: 400,
  IncompleteSignatureException: 400,
  UnrecognizedClientException: 400,
  InvalidSignatureException: 400,
  SerializationException: 400,
  UnknownOperationException: 400,
} as const;

/** Error codes of the JSON API. */
export type JsonErrorCode = keyof typeof JSON_ERROR_STATUS;

/** The JSON API's error codes, for whoever switches one on as a fault. */
export const JSON_ERROR_CODES: readonly JsonErrorCode[] = Object.keys(
  JSON_ERROR_STATUS,
) as JsonErrorCode[];

const EC2_ERROR_STATUS = {
  UnauthorizedOperation: 403,
  AuthFailure: 401,
  SignatureDoesNotMatch: 403,
  RequestExpired: 400,
  MissingAuthenticationToken: 403,
  IncompleteSignature: 400,
  InvalidAction: 400,
  InvalidParameterValue: 400,
  InvalidParameterCombination: 400,
  UnknownParameter: 400,
  'InvalidInstanceID.NotFound': 400,
  'InvalidInstanceID.Malformed': 400,
  DryRunOperation: 412,
} as const;

/** Error codes of EC2's query API (EC2 API Reference, "Error codes"). */
export type Ec2ErrorCode = keyof typeof EC2_ERROR_STATUS;

/** An error answer in AWS JSON 1.1 form, as the SDKs read it. */
export function jsonError(code: JsonErrorCode, message: string, requestId: string): HttpResponse {
  return text(
    JSON_ERROR_STATUS[code],
    JSON.stringify({ __type: code, Message: message, message }),
    {
      'content-type': 'application/x-amz-json-1.1',
      'x-amzn-requestid': requestId,
      'x-amzn-errortype': code,
    },
  );
}

/** An error answer in the EC2 query protocol's XML. */
export function ec2Error(code: Ec2ErrorCode, message: string, requestId: string): HttpResponse {
  const body =
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
    `<Response><Errors><Error><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error></Errors>` +
    `<RequestID>${requestId}</RequestID></Response>`;
  return text(EC2_ERROR_STATUS[code], body, {
    'content-type': 'text/xml;charset=UTF-8',
    'x-amzn-requestid': requestId,
  });
}
