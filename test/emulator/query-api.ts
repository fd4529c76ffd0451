import type { ApiAnswer, ApiContext } from './api.ts';
import { ec2Error, type Ec2ErrorCode } from './aws-errors.ts';
import { cloudTrailRecord } from './cloudtrail.ts';
import { describeInstances } from './describe-instances.ts';
import { text, type HttpRequest } from './http.ts';
import { identify, type SignatureProblem } from './sigv4.ts';

const PROBLEMS: Readonly<Record<SignatureProblem, Ec2ErrorCode>> = {
  missing: 'MissingAuthenticationToken',
  malformed: 'IncompleteSignature',
  'unknown-access-key': 'AuthFailure',
  'wrong-token': 'AuthFailure',
  mismatch: 'SignatureDoesNotMatch',
  'out-of-date': 'RequestExpired',
};

/** Answers one request in EC2's query protocol: DescribeInstances and nothing else. */
export function handleQuery(request: HttpRequest, context: ApiContext, now: number): ApiAnswer {
  const requestId = context.newId();
  const parameters = new Map(new URLSearchParams(request.body.toString('utf8')));
  const action = parameters.get('Action') ?? '';
  if (action !== 'DescribeInstances' || parameters.get('Version') !== '2016-11-15') {
    const message = `The action ${action} is not valid for this web service.`;
    return { response: ec2Error('InvalidAction', message, requestId) };
  }
  parameters.delete('Action');
  parameters.delete('Version');
  const signer = identify(request, context.config, 'ec2', now);
  const result = signer.ok
    ? describeInstances(parameters, signer.principal, context.config, requestId)
    : { code: PROBLEMS[signer.problem], message: signer.detail };
  const error = typeof result === 'string' ? undefined : result;
  const record = cloudTrailRecord(
    {
      eventSource: 'ec2.amazonaws.com',
      eventName: action,
      readOnly: true,
      requestParameters: Object.fromEntries(parameters),
      requestId,
      eventId: context.newId(),
      ...(error ? { errorCode: `Client.${error.code}`, errorMessage: error.message } : {}),
      ...(signer.ok ? { principal: signer.principal } : {}),
    },
    request,
    context.config,
    now,
  );
  if (typeof result !== 'string') {
    return { response: ec2Error(result.code, result.message, requestId), record };
  }
  const headers = { 'content-type': 'text/xml;charset=UTF-8', 'x-amzn-requestid': requestId };
  return { response: text(200, result, headers), record };
}
