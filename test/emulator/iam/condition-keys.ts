/**
 * The condition keys that the emulated services fill in, in lower case: keys are compared without regard to
 * case. Service Authorization Reference, "Amazon EC2 Instance Connect"; IAM User Guide, "Global condition
 * context keys". `request-context.ts` says when each has a value.
 */
const KEYS = [
  'ec2:osuser',
  'aws:currenttime',
  'aws:epochtime',
  'aws:multifactorauthage',
  'aws:multifactorauthpresent',
  'aws:principalaccount',
  'aws:principalarn',
  'aws:principaltype',
  'aws:requestedregion',
  'aws:sourceip',
  'aws:tokenissuetime',
  'aws:userid',
  'aws:username',
];

/** Keys that go on with the name of a tag. */
const TAG_KEYS = ['aws:principaltag/', 'aws:resourcetag/', 'ec2:resourcetag/'];

/** Whether a key, in lower case, is one whose value the emulator knows or knows to be absent. */
export function isConditionKey(key: string): boolean {
  return (
    KEYS.includes(key) ||
    TAG_KEYS.some((prefix) => key.startsWith(prefix) && key.length > prefix.length)
  );
}

/** All of them in words, for a refusal. */
export function conditionKeysInWords(): string {
  return [...KEYS, ...TAG_KEYS.map((prefix) => `${prefix}KEY`)].join(', ');
}
