import type { JsonErrorCode } from './aws-errors.ts';
import { instanceArn, type EmulatorConfig } from './config.ts';
import { evaluate } from './iam/policy.ts';
import { requestContext, type Call } from './iam/request-context.ts';
import type { Store } from './store.ts';

/** The parameters of one call, checked against the operation's model. */
interface SendSshPublicKeyInput {
  readonly instanceId: string;
  readonly osUser: string;
  readonly publicKey: string;
  readonly availabilityZone?: string;
}

/** One of the operation's errors, or nothing when the key was taken. */
export interface OperationError {
  readonly code: JsonErrorCode;
  readonly message: string;
}

/** What the operation works on. */
export interface SendSshPublicKeyCall extends Call {
  /** The request's JSON document. */
  readonly input: unknown;
  readonly requestId: string;
}

const INSTANCE_ID = /^i-[a-f0-9]+$/;
// The model's pattern: a letter or underscore first, or digits followed by something that is not one.
const OS_USER =
  /^(?:[A-Za-z_][A-Za-z0-9@._-]{0,30}[A-Za-z0-9$_-]?|(?=.{2,32}$)[0-9]{1,32}[A-Za-z@._-][A-Za-z0-9@._-]*[A-Za-z0-9$_-]?)$/;
// Wider than the model's (\w+-){2,3}\d+\w+, which knows no Local Zone (us-west-2-lax-1a) and no Wavelength
// Zone (us-east-1-wl1-bos-wlz-1).
const ZONE = /^(?:\w+-){2,6}(?:\d+\w+|wlz-\d+)$/;

/**
 * SendSSHPublicKey of the EC2 Instance Connect API Reference: checks the parameters, asks the caller's
 * policy, looks at the instance, and puts the key into the store. Returns the error, if any.
 */
export function sendSshPublicKey(
  call: SendSshPublicKeyCall,
  store: Store,
): OperationError | undefined {
  const { config } = call;
  const input = readInput(call.input, config.keyTypes);
  if ('code' in input) return input;
  const refusal = authorize(input, call) ?? checkInstance(input, config);
  if (refusal !== undefined) return refusal;
  store.push({
    instanceId: input.instanceId,
    osUser: input.osUser,
    publicKey: input.publicKey,
    pushedAt: Math.floor(call.now),
    caller: call.principal.arn,
    requestId: call.requestId,
  });
  return undefined;
}

function readInput(
  value: unknown,
  keyTypes: readonly string[],
): SendSshPublicKeyInput | OperationError {
  const input = (typeof value === 'object' && value !== null ? value : {}) as Record<
    string,
    unknown
  >;
  const instanceId = readText(input['InstanceId'], 10, 32, INSTANCE_ID);
  if (instanceId === undefined) return invalid('InstanceId');
  const osUser = readText(input['InstanceOSUser'], 1, 32, OS_USER);
  if (osUser === undefined) return invalid('InstanceOSUser');
  const publicKey = readText(input['SSHPublicKey'], 80, 4096, /^/)?.trim();
  if (publicKey === undefined || !isPublicKey(publicKey, keyTypes)) return invalid('SSHPublicKey');
  // Null is how some clients leave a member out.
  if ((input['AvailabilityZone'] ?? null) === null) return { instanceId, osUser, publicKey };
  const availabilityZone = readText(input['AvailabilityZone'], 6, 32, ZONE);
  if (availabilityZone === undefined) return invalid('AvailabilityZone');
  return { instanceId, osUser, publicKey, availabilityZone };
}

function readText(value: unknown, least: number, most: number, form: RegExp): string | undefined {
  if (typeof value !== 'string' || value.length < least || value.length > most) return undefined;
  return form.test(value) ? value : undefined;
}

function invalid(parameter: string): OperationError {
  return { code: 'InvalidArgsException', message: `The value of ${parameter} is not valid.` };
}

/** Whether a line is `type base64 [comment]` with the type written inside the base64 too. */
function isPublicKey(line: string, keyTypes: readonly string[]): boolean {
  const match = /^([a-z0-9@.-]+) +([A-Za-z0-9+/]+={0,2})(?: [^\r\n]*)?$/.exec(line);
  if (match === null) return false;
  const [, type = '', base64 = ''] = match;
  const blob = Buffer.from(base64, 'base64');
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32BE(type.length);
  const head = Buffer.concat([prefix, Buffer.from(type)]);
  return keyTypes.includes(type) && blob.subarray(0, head.length).equals(head);
}

function authorize(
  { instanceId, osUser }: SendSshPublicKeyInput,
  call: SendSshPublicKeyCall,
): OperationError | undefined {
  const { config, principal } = call;
  const action = 'ec2-instance-connect:SendSSHPublicKey';
  const resource = instanceArn(config, instanceId);
  const instance = config.instances.find((one) => one.instanceId === instanceId);
  const context = requestContext(call, { instance, osUser });
  const decision = evaluate(principal.policy, { action, resource, context });
  if (decision === 'allowed') return undefined;
  const why =
    decision === 'explicitly-denied'
      ? 'with an explicit deny in an identity-based policy'
      : `because no identity-based policy allows the ${action} action`;
  const message = `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${resource} ${why}`;
  return { code: 'AccessDeniedException', message };
}

function checkInstance(
  input: SendSshPublicKeyInput,
  config: EmulatorConfig,
): OperationError | undefined {
  const instance = config.instances.find((one) => one.instanceId === input.instanceId);
  const zone = input.availabilityZone;
  if (instance === undefined || (zone !== undefined && zone !== instance.availabilityZone)) {
    const message = `Instance ${input.instanceId} was not found${zone === undefined ? '' : ` in ${zone}`}.`;
    return { code: 'EC2InstanceNotFoundException', message };
  }
  if (instance.state === 'unavailable') {
    const message = 'The instance is currently unavailable. Wait a few minutes and try again.';
    return { code: 'EC2InstanceUnavailableException', message };
  }
  if (instance.state === 'running') return undefined;
  return {
    code: 'EC2InstanceStateInvalidException',
    message: `Unable to connect because the instance is ${instance.state}.`,
  };
}
