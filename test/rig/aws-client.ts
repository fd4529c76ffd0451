import { Agent } from 'node:http';
import { connect, type Socket } from 'node:net';
import {
  EC2InstanceConnectClient,
  SendSSHPublicKeyCommand,
  type SendSSHPublicKeyCommandOutput,
} from '@aws-sdk/client-ec2-instance-connect';

/** Somebody's credentials. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A key to push, and for whom. */
export interface Push {
  readonly instanceId: string;
  readonly osUser: string;
  readonly publicKey: string;
}

/** Makes every connection to one Unix socket, whatever host a request names. */
class UnixSocketAgent extends Agent {
  readonly #path: string;

  constructor(path: string) {
    super();
    this.#path = path;
  }

  override createConnection(): Socket {
    return connect(this.#path);
  }
}

/**
 * Pushes a key with the AWS SDK to an emulator's API that listens on a Unix socket, which can be reached
 * from outside its namespace. Rejects with the API's error; nothing is retried.
 */
export async function sendSshPublicKey(
  push: Push,
  { socket, region, credentials }: { socket: string; region: string; credentials: Credentials },
): Promise<SendSSHPublicKeyCommandOutput> {
  const client = new EC2InstanceConnectClient({
    endpoint: 'http://ec2-instance-connect.emulated',
    region,
    // A copy: the SDK writes into the object where the credentials came from.
    credentials: { ...credentials },
    maxAttempts: 1,
    requestHandler: { httpAgent: new UnixSocketAgent(socket) },
  });
  const { instanceId: InstanceId, osUser: InstanceOSUser, publicKey: SSHPublicKey } = push;
  try {
    return await client.send(
      new SendSSHPublicKeyCommand({ InstanceId, InstanceOSUser, SSHPublicKey }),
    );
  } finally {
    client.destroy();
  }
}
