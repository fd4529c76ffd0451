import { describe, expect, it } from 'vitest';
import { parseConfig } from '../config.ts';
import { ALLOW_ALL, httpRequest, INSTANCE } from '../support.ts';
import type { RequestContext } from './conditions.ts';
import { requestContext, type CallTarget } from './request-context.ts';

const NOW = 1_795_348_800.5;

/** The context of a call by a principal with these fields. */
function contextFor(changes: object, target?: CallTarget): RequestContext {
  const config = parseConfig({
    instances: [
      { instanceId: INSTANCE, availabilityZone: 'us-east-1a', privateIp: 'x', dnsName: 'x' },
    ],
    principals: [{ accessKeyId: 'A', secretAccessKey: 's', policy: ALLOW_ALL, ...changes }],
  });
  const [principal] = config.principals;
  if (principal === undefined) throw new Error('the configuration has a principal');
  const request = httpRequest({ remoteAddress: '::ffff:192.0.2.1' });
  return requestContext({ principal, request, config, issuedAt: NOW - 90, now: NOW }, target);
}

const user = { arn: 'arn:aws:iam::123456789012:user/path/alice' };
const role = { arn: 'arn:aws:sts::123456789012:assumed-role/admin/alice' };

describe('requestContext', () => {
  it('tells of every call when, where, from where and by whom', () => {
    expect(contextFor(user)).toMatchObject({
      'aws:currenttime': ['2026-11-22T12:00:00Z'],
      'aws:epochtime': ['1795348800'],
      'aws:requestedregion': ['us-east-1'],
      'aws:sourceip': ['192.0.2.1'],
      'aws:principalaccount': ['123456789012'],
      'aws:principalarn': [user.arn],
      'aws:principaltype': ['User'],
    });
  });

  it('has a name of users alone, and calls an assumed role by the role', () => {
    expect(contextFor(user)['aws:username']).toEqual(['alice']);
    expect(contextFor(role)).toMatchObject({
      'aws:username': [],
      'aws:principalarn': ['arn:aws:iam::123456789012:role/admin'],
      'aws:principaltype': ['AssumedRole'],
    });
    expect(contextFor(role)['aws:userid']?.[0]).toMatch(/^AROA[A-Z0-9]{17}:alice$/);
  });

  it.each<[string, object, string | undefined, string | undefined]>([
    ['long-lived keys', user, undefined, undefined],
    ["a user's session", { ...user, sessionToken: 't' }, 'false', undefined],
    [
      "a user's session with a second factor",
      { ...user, sessionToken: 't', mfaAuthenticated: true },
      'true',
      '90',
    ],
    ['an assumed role', role, 'false', undefined],
    ['an assumed role with a second factor', { ...role, mfaAuthenticated: true }, 'true', '90'],
  ])('tells of multi-factor authentication for %s', (_title, who, present, age) => {
    const context = contextFor(who);
    expect(context['aws:multifactorauthpresent']?.[0]).toBe(present);
    expect(context['aws:multifactorauthage']?.[0]).toBe(age);
    expect(context['aws:tokenissuetime'] !== undefined).toBe(present !== undefined);
  });

  it('has the tags of the caller and of the instance, under both of its prefixes', () => {
    const tags = { Role: 'web' };
    const osUser = 'ec2-user';
    const context = contextFor(
      { ...user, tags: { Team: 'ops' } },
      { osUser, instance: { tags } as never },
    );
    expect(context).toMatchObject({
      'aws:principaltag/team': ['ops'],
      'aws:resourcetag/role': ['web'],
      'ec2:resourcetag/role': ['web'],
      'ec2:osuser': ['ec2-user'],
    });
    expect(contextFor(user)['ec2:osuser']).toEqual([]);
  });
});
