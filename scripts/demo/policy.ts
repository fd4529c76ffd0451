/** The OS user for whom the demo's caller may push keys. */
export const ALLOWED = 'alice';

/** One for whom he may not. */
export const DENIED = 'bob';

/** The user whom the aws CLI and mssh take where none is named. */
export const EC2_USER = 'ec2-user';

/** The policy of the demo's caller: keys for two OS users, on any instance of the account. */
export const DEMO_POLICY: unknown = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Action: ['ec2:DescribeInstances', 'ec2:DescribeInstanceStatus'],
      Resource: '*',
    },
    {
      Effect: 'Allow',
      Action: 'ec2-instance-connect:SendSSHPublicKey',
      Resource: 'arn:aws:ec2:us-east-1:123456789012:instance/*',
      Condition: { StringEquals: { 'ec2:osuser': [ALLOWED, EC2_USER] } },
    },
  ],
};
