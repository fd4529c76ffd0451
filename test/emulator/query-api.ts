import type { ApiAnswer, ApiContext } from './api.ts';
import { ec2Error, type Ec2ErrorCode } from './aws-errors.ts';
import { cloudTrailRecord } from './cloudtrail.ts';
import { describeInstanceStatus } from './describe-instance-status.ts';
import { describeInstances } from './describe-instances.ts';
import { trailParameters, type Ec2Error, type Parameters } from './ec2-instances.ts';
import { text, type HttpRequest, type HttpResponse } from './http.ts';
import type { Call } from './iam/request-context.ts';
import { identify, type SignatureProblem } from './sigv4.ts';
import type { Xml } from './xml.ts';

const PROBLEMS: Readonly<Record<SignatureProblem, Ec2ErrorCode>> = {
  missing: 'MissingAuthenticationToken',
  malformed: 'IncompleteSignature',
  'unknown-access-key': 'AuthFailure',
  'wrong-token': 'AuthFailure',
  mismatch: 'SignatureDoesNotMatch',
  'out-of-date': 'RequestExpired',
};

const OPERATIONS: Readonly<Record<string, (parameters: Parameters, call: Call) => Xml | Ec2Error>> =
  {
    DescribeInstances: describeInstances,
    DescribeInstanceStatus: describeInstanceStatus,
  };

/** Answers one request in EC2's query protocol: DescribeInstances or DescribeInstanceStatus. */
export function handleQuery(request: HttpRequest, context: ApiContext, now: number): ApiAnswer {
  const requestId = context.newId();
  const parameters = new Map(new URLSearchParams(request.body.toString('utf8')));
  const action = parameters.get('Action') ?? '';
  const operation = Object.hasOwn(OPERATIONS, action) ? OPERATIONS[action] : undefined;
  if (operation === undefined || parameters.get('Version') !== '2016-11-15') {
    const message = `The action ${action} is not valid for this web service.`;
    return { response: ec2Error('InvalidAction', message, requestId) };
  }
  parameters.delete('Action');
  parameters.delete('Version');
  const { config, issuedAt } = context;
  const surroundings = { request, config, issuedAt, now };
  const signer = identify(request, config, 'ec2', now);
  const result = signer.ok
    ? operation(parameters, { ...surroundings, principal: signer.principal })
    : { code: PROBLEMS[signer.problem], message: signer.detail };
  const error = 'code' in result ? result : undefined;
  const record = cloudTrailRecord(
    {
      eventSource: 'ec2.amazonaws.com',
      eventName: action,
      readOnly: true,
      requestParameters: trailParameters(parameters),
      requestId,
      eventId: context.newId(),
      ...(error ? { errorCode: `Client.${error.code}`, errorMessage: error.message } : {}),
      ...(signer.ok ? { principal: signer.principal } : {}),
    },
    surroundings,
  );
  const response =
    'code' in result
      ? ec2Error(result.code, result.message, requestId)
      : success(action, result, requestId);
  return { response, record };
}

function success(action: string, { xml }: Xml, requestId: string): HttpResponse {
  const body =
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
    `<${action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">` +
    `<requestId>${requestId}</requestId>${xml}</${action}Response>`;
  const headers = { 'content-type': 'text/xml;charset=UTF-8', 'x-amzn-requestid': requestId };
  return text(200, body, headers);
}
