import type { EmulatorConfig, Instance, Principal } from '../config.ts';
import type { HttpRequest } from '../http.ts';
import type { RequestContext } from './conditions.ts';
import { identityOf } from './identity.ts';

/** What a call is made with: everything that policies may ask about it, besides its resource. */
export interface Call {
  readonly principal: Principal;
  readonly request: HttpRequest;
  readonly config: EmulatorConfig;
  /** When temporary credentials were issued, Unix seconds. */
  readonly issuedAt: number;
  /** Unix seconds. */
  readonly now: number;
}

/** What a call is about; both are left out where the action knows no resources. */
export interface CallTarget {
  readonly instance?: Instance | undefined;
  readonly osUser?: string;
}

/**
 * The condition keys of a call (IAM User Guide, "Global condition context keys"; Service Authorization
 * Reference, "Amazon EC2 Instance Connect"). `aws:username` is there for users only; what is about
 * multi-factor authentication and the token, for temporary credentials only; tags, where they exist.
 */
export function requestContext(call: Call, { instance, osUser }: CallTarget = {}): RequestContext {
  const { principal, request, config, now } = call;
  const identity = identityOf(principal);
  const isUser = identity.type === 'IAMUser';
  return valuesOf({
    'aws:currenttime': isoTime(now),
    'aws:epochtime': String(Math.floor(now)),
    'aws:principalaccount': identity.accountId,
    'aws:principalarn': identity.principalArn,
    'aws:principaltype': isUser ? 'User' : 'AssumedRole',
    'aws:requestedregion': config.region,
    // As a dual-stack listener sees an IPv4 client.
    'aws:sourceip': request.remoteAddress.replace(/^::ffff:/, ''),
    'aws:userid': identity.principalId,
    'aws:username': isUser ? identity.name : undefined,
    'ec2:osuser': osUser,
    ...(identity.temporary ? sessionKeys(call) : {}),
    ...tagKeys('aws:principaltag/', principal.tags),
    ...tagKeys('aws:resourcetag/', instance?.tags ?? {}),
    ...tagKeys('ec2:resourcetag/', instance?.tags ?? {}),
  });
}

function sessionKeys({ principal, issuedAt, now }: Call): Readonly<Record<string, string>> {
  const age = String(Math.max(0, Math.floor(now - issuedAt)));
  return {
    'aws:tokenissuetime': isoTime(issuedAt),
    'aws:multifactorauthpresent': String(principal.mfaAuthenticated),
    ...(principal.mfaAuthenticated ? { 'aws:multifactorauthage': age } : {}),
  };
}

function tagKeys(
  prefix: string,
  tags: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(tags).map(([name, value]) => [`${prefix}${name.toLowerCase()}`, value]),
  );
}

function valuesOf(keys: Readonly<Record<string, string | undefined>>): RequestContext {
  return Object.fromEntries(
    Object.entries(keys).map(([key, value]) => [key, value === undefined ? [] : [value]]),
  );
}

/** `2026-11-22T12:17:23Z`, from Unix seconds. */
export function isoTime(seconds: number): string {
  return new Date(Math.floor(seconds) * 1000).toISOString().replace('.000Z', 'Z');
}
