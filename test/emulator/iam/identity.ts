import { createHash } from 'node:crypto';
import type { Principal } from '../config.ts';

/** Who a principal is, as IAM and CloudTrail call him. */
export interface Identity {
  readonly type: 'IAMUser' | 'AssumedRole';
  readonly accountId: string;
  /** The user's name, or that of the role. */
  readonly name: string;
  /** `AIDA…` of a user; `AROA…:session` of an assumed role. */
  readonly principalId: string;
  /** What policies call him: the user's ARN, or that of the role and not of its session. */
  readonly principalArn: string;
  /** Whether his credentials end with a session. */
  readonly temporary: boolean;
}

/** Reads the principal's ARN, which `parseConfig` has checked. The ids are made up, but stay the same. */
export function identityOf({ arn, sessionToken }: Principal): Identity {
  const [, partition = '', , , accountId = '', resource = ''] = arn.split(':');
  const [kind, ...names] = resource.split('/');
  if (kind === 'user') {
    return {
      type: 'IAMUser',
      accountId,
      name: names.at(-1) ?? '',
      principalId: uniqueId('AIDA', arn),
      principalArn: arn,
      temporary: sessionToken !== undefined,
    };
  }
  const [name = '', session = ''] = names;
  const principalArn = `arn:${partition}:iam::${accountId}:role/${name}`;
  return {
    type: 'AssumedRole',
    accountId,
    name,
    principalId: `${uniqueId('AROA', principalArn)}:${session}`,
    principalArn,
    temporary: true,
  };
}

/** A prefix and 17 characters more (IAM User Guide, "Unique identifiers"). */
function uniqueId(prefix: string, arn: string): string {
  const digest = createHash('sha256').update(arn).digest('hex').toUpperCase();
  return `${prefix}${digest.slice(0, 17)}`;
}
