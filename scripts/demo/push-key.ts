/**
 * Pushes a public key with the AWS SDK for JavaScript, as any program of yours could:
 *
 *   node scripts/demo/push-key.ts INSTANCE_ID OS_USER PUBLIC_KEY_FILE
 *
 * Region, credentials and endpoint come from the environment (AWS_REGION, AWS_ACCESS_KEY_ID,
 * AWS_SECRET_ACCESS_KEY, AWS_ENDPOINT_URL), as the SDK reads it.
 */
import { readFileSync } from 'node:fs';
import {
  EC2InstanceConnectClient,
  SendSSHPublicKeyCommand,
} from '@aws-sdk/client-ec2-instance-connect';

const [InstanceId, InstanceOSUser, file] = process.argv.slice(2);
if (InstanceId === undefined || InstanceOSUser === undefined || file === undefined) {
  console.error('usage: push-key.ts INSTANCE_ID OS_USER PUBLIC_KEY_FILE');
  process.exit(2);
}
const SSHPublicKey = readFileSync(file, 'utf8');
const client = new EC2InstanceConnectClient({});
try {
  const command = new SendSSHPublicKeyCommand({ InstanceId, InstanceOSUser, SSHPublicKey });
  const { RequestId, Success } = await client.send(command);
  console.log(JSON.stringify({ RequestId, Success }));
} catch (error) {
  console.error(
    `push-key: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`,
  );
  process.exitCode = 1;
}
