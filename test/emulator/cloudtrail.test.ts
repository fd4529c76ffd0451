import { describe, expect, it } from 'vitest';
import { handleApi } from './api.ts';
import type { CloudTrailRecord } from './cloudtrail.ts';
import type { HttpRequest } from './http.ts';
import { Store } from './store.ts';
import { ALLOW_ALL, CALLER, httpRequest, INSTANCE, PUBLIC_KEY, testConfig } from './support.ts';

const NOW = 1_795_348_800.5;
const USER = 'arn:aws:iam::123456789012:user/alice';

interface Caller {
  readonly arn?: string;
  readonly policy?: unknown;
  readonly sessionToken?: string;
  readonly mfaAuthenticated?: boolean;
}

/** The record of a request by a caller with this ARN and policy, whose signature is believed. */
function recordOf(request: Partial<HttpRequest>, caller: Caller = {}): CloudTrailRecord {
  const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
  const principal = { arn: CALLER, policy: ALLOW_ALL, ...keys, ...caller };
  const config = testConfig(undefined, { principals: [principal], verifySignatures: false });
  const scope = 'AKIDEXAMPLE/20261122/us-east-1/service/aws4_request';
  const headers = {
    'user-agent': 'test',
    authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
    ...(caller.sessionToken === undefined ? {} : { 'x-amz-security-token': caller.sessionToken }),
    ...request.headers,
  };
  const context = { config, store: new Store(), newId: () => 'an-id', issuedAt: NOW - 60 };
  const { record } = handleApi(httpRequest({ ...request, headers }), context, NOW);
  if (record === undefined) throw new Error('the call has no record');
  return record;
}

const push = (changes: object = {}): Partial<HttpRequest> => ({
  method: 'POST',
  headers: { 'x-amz-target': 'AWSEC2InstanceConnectService.SendSSHPublicKey' },
  body: Buffer.from(
    JSON.stringify({
      InstanceId: INSTANCE,
      InstanceOSUser: 'alice',
      SSHPublicKey: PUBLIC_KEY,
      ...changes,
    }),
  ),
});

describe('the CloudTrail record of a push', () => {
  it('has every field of event version 1.11, and no TLS details', () => {
    expect(recordOf(push())).toEqual({
      eventVersion: '1.11',
      userIdentity: {
        type: 'AssumedRole',
        principalId: expect.stringMatching(/^AROA[0-9A-Z]{17}:alice$/) as string,
        arn: CALLER,
        accountId: '123456789012',
        accessKeyId: 'AKIDEXAMPLE',
        sessionContext: {
          sessionIssuer: {
            type: 'Role',
            principalId: expect.stringMatching(/^AROA[0-9A-Z]{17}$/) as string,
            arn: 'arn:aws:iam::123456789012:role/admin',
            accountId: '123456789012',
            userName: 'admin',
          },
          attributes: { creationDate: '2026-11-22T11:59:00Z', mfaAuthenticated: 'false' },
        },
      },
      eventTime: '2026-11-22T12:00:00Z',
      eventSource: 'ec2-instance-connect.amazonaws.com',
      eventName: 'SendSSHPublicKey',
      awsRegion: 'us-east-1',
      sourceIPAddress: '127.0.0.1',
      userAgent: 'test',
      requestParameters: {
        instanceId: INSTANCE,
        instanceOSUser: 'alice',
        sSHPublicKey: PUBLIC_KEY,
      },
      responseElements: { requestId: 'an-id', success: true },
      requestID: 'an-id',
      eventID: 'an-id',
      readOnly: false,
      eventType: 'AwsApiCall',
      managementEvent: true,
      recipientAccountId: '123456789012',
      eventCategory: 'Management',
    });
  });

  it('has no parameters where IAM denied it, but its code and message', () => {
    const policy = { Version: '2012-10-17', Statement: [] };
    const arn = `arn:aws:ec2:us-east-1:123456789012:instance/${INSTANCE}`;
    const action = 'ec2-instance-connect:SendSSHPublicKey';
    expect(recordOf(push(), { policy })).toMatchObject({
      errorCode: 'AccessDenied',
      errorMessage: `User: ${CALLER} is not authorized to perform: ${action} on resource: ${arn} because no identity-based policy allows the ${action} action`,
      requestParameters: null,
      responseElements: null,
    });
  });

  it('keeps the parameters where the service itself refused it', () => {
    const record = recordOf(push({ AvailabilityZone: 'us-east-1z' }));
    expect(record).toMatchObject({
      errorCode: 'EC2InstanceNotFoundException',
      requestParameters: { instanceOSUser: 'alice', availabilityZone: 'us-east-1z' },
      responseElements: null,
    });
  });

  it('has no session for the keys of a user, and one without an issuer for his session', () => {
    const keys = recordOf(push(), { arn: USER })['userIdentity'];
    expect(keys).toMatchObject({ type: 'IAMUser', userName: 'alice', arn: USER });
    expect(keys).not.toHaveProperty('sessionContext');
    const caller = { arn: USER, sessionToken: 'token', mfaAuthenticated: true };
    const session = recordOf(push(), caller)['userIdentity'];
    expect(session).toHaveProperty('sessionContext.attributes.mfaAuthenticated', 'true');
    expect(session).not.toHaveProperty('sessionContext.sessionIssuer');
  });
});

describe('the CloudTrail record of DescribeInstances', () => {
  it('is read-only, and keeps its parameters where IAM denied it', () => {
    const policy = { Version: '2012-10-17', Statement: [] };
    const body = `Action=DescribeInstances&Version=2016-11-15&InstanceId.1=${INSTANCE}`;
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const request = { method: 'POST', headers, body: Buffer.from(body) };
    expect(recordOf(request, { policy })).toMatchObject({
      eventName: 'DescribeInstances',
      readOnly: true,
      errorCode: 'Client.UnauthorizedOperation',
      requestParameters: { instancesSet: { items: [{ instanceId: INSTANCE }] }, filterSet: {} },
    });
  });
});
