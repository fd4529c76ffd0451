import type { ApiAnswer, ApiContext } from './api.ts';
import { jsonError, type JsonErrorCode } from './aws-errors.ts';
import { cloudTrailRecord, type CallDescription, type RecordContext } from './cloudtrail.ts';
import { text, type HttpRequest, type HttpResponse } from './http.ts';
import { sendSshPublicKey, type OperationError } from './send-ssh-public-key.ts';
import { identify, type SignatureProblem, type SignatureVerdict } from './sigv4.ts';

const TARGET = 'AWSEC2InstanceConnectService.SendSSHPublicKey';

const PROBLEMS: Readonly<Record<SignatureProblem, JsonErrorCode>> = {
  missing: 'MissingAuthenticationTokenException',
  malformed: 'IncompleteSignatureException',
  'unknown-access-key': 'UnrecognizedClientException',
  'wrong-token': 'UnrecognizedClientException',
  mismatch: 'InvalidSignatureException',
  'out-of-date': 'InvalidSignatureException',
};

type Input = Readonly<Record<string, unknown>>;

/** Answers one request in the AWS JSON 1.1 protocol: SendSSHPublicKey and nothing else. */
export function handleJson(request: HttpRequest, context: ApiContext, now: number): ApiAnswer {
  const requestId = context.newId();
  const input = readCall(request);
  if ('code' in input) return { response: jsonError(input.code, input.message, requestId) };
  const signer = identify(request, context.config, 'ec2-instance-connect', now);
  const { config, issuedAt } = context;
  const surroundings = { request, config, issuedAt, now };
  const error = perform(input.document, signer, context, { ...surroundings, requestId });
  const record = cloudTrailRecord(
    {
      eventSource: 'ec2-instance-connect.amazonaws.com',
      eventName: 'SendSSHPublicKey',
      readOnly: false,
      requestId,
      eventId: context.newId(),
      ...outcome(input.document, error, requestId),
      ...(signer.ok ? { principal: signer.principal } : {}),
    },
    surroundings,
  );
  const response =
    error === undefined ? success(requestId) : jsonError(error.code, error.message, requestId);
  return { response, record };
}

/** What a push comes to in CloudTrail. */
function outcome(
  input: Input,
  error: OperationError | undefined,
  requestId: string,
): Pick<CallDescription, 'requestParameters' | 'responseElements' | 'errorCode' | 'errorMessage'> {
  const requestParameters = {
    instanceId: input['InstanceId'],
    ...(input['AvailabilityZone'] ? { availabilityZone: input['AvailabilityZone'] } : {}),
    instanceOSUser: input['InstanceOSUser'],
    sSHPublicKey: input['SSHPublicKey'],
  };
  if (error === undefined) {
    return { requestParameters, responseElements: { requestId, success: true } };
  }
  // The front end answers this one, and gives it a code of its own.
  return error.code === 'AccessDeniedException'
    ? { requestParameters: null, errorCode: 'AccessDenied', errorMessage: error.message }
    : { requestParameters, errorCode: error.code, errorMessage: error.message };
}

function readCall(request: HttpRequest): { readonly document: Input } | OperationError {
  if (request.method !== 'POST' || request.path !== '/') {
    return { code: 'UnknownOperationException', message: 'Expected POST /.' };
  }
  if (request.headers['x-amz-target'] !== TARGET) {
    return { code: 'UnknownOperationException', message: 'The operation is not known.' };
  }
  const document = parseJson(request.body);
  if (document !== undefined) return { document };
  return { code: 'SerializationException', message: 'The body is not a JSON object.' };
}

function parseJson(body: Buffer): Input | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Input) : undefined;
  } catch {
    return undefined;
  }
}

function perform(
  input: Input,
  signer: SignatureVerdict,
  context: ApiContext,
  call: RecordContext & { readonly requestId: string },
): OperationError | undefined {
  if (!signer.ok) return { code: PROBLEMS[signer.problem], message: signer.detail };
  if (context.forcedError !== undefined) {
    return { code: context.forcedError, message: `${context.forcedError} was switched on.` };
  }
  return sendSshPublicKey({ ...call, input, principal: signer.principal }, context.store);
}

function success(requestId: string): HttpResponse {
  return text(200, JSON.stringify({ RequestId: requestId, Success: true }), {
    'content-type': 'application/x-amz-json-1.1',
    'x-amzn-requestid': requestId,
  });
}
