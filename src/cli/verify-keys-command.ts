import type { CommandModule } from 'yargs';
import { parseInstanceId } from '../imds/documents.ts';
import { parseFingerprint, type Fingerprint } from '../ssh/fingerprint.ts';
import { UsageError, type Person } from './command.ts';
import type { Run } from '../login/run.ts';
import { refusalLines } from './verdict-report.ts';
import { InputError, verifyKeys } from './verify-keys.ts';

/** The options that must be given, and what they are. */
const REQUIRED = {
  keys: "file with the user's pushed keys (active-keys/<user>/)",
  'signer-cert': 'file with the certificate chain (signer-cert/)',
  'signer-ocsp': 'folder of OCSP responses, one per file, DER or base64, any file names',
  'instance-id': 'the instance that the keys were pushed for',
  'signer-name': "the signer's name, managed-ssh-signer.<region>.<domain>",
  'trust-anchors': 'file with the trusted CA certificates, PEM',
} as const;

type RequiredName = keyof typeof REQUIRED;
const REQUIRED_NAMES = Object.keys(REQUIRED) as RequiredName[];

type VerifyKeysArguments = Readonly<Record<RequiredName, string | undefined>> & {
  readonly fingerprint?: Fingerprint | undefined;
  readonly at: number;
  readonly json: boolean;
};

/** `verify-keys`: the same decision as a login, offline, on captured material. */
export function verifyKeysCommand({
  edges,
  finish,
}: Person): CommandModule<object, VerifyKeysArguments> {
  return {
    command: 'verify-keys',
    describe: 'verify captured keys offline, exactly as for a login',
    builder: (yargs) => {
      const text = (describe: string) => ({ type: 'string', requiresArg: true, describe }) as const;
      return yargs
        .option('keys', text(REQUIRED.keys))
        .option('signer-cert', text(REQUIRED['signer-cert']))
        .option('signer-ocsp', text(REQUIRED['signer-ocsp']))
        .option('instance-id', text(REQUIRED['instance-id']))
        .option('signer-name', text(REQUIRED['signer-name']))
        .option('trust-anchors', text(REQUIRED['trust-anchors']))
        .group(REQUIRED_NAMES, 'Required:')
        .option('fingerprint', {
          ...text('verify only this key, SHA256:... or MD5:...'),
          coerce: readFingerprint,
        })
        .option('at', {
          ...text('verify as of this time, in Unix seconds'),
          default: String(Math.floor(Date.now() / 1000)),
          defaultDescription: 'now',
          coerce: readTime,
        })
        .option('json', {
          type: 'boolean',
          default: false,
          describe: 'print every verdict as JSON',
        });
    },
    handler: (options) => {
      finish(verify(options, edges.run));
    },
  };
}

function verify(options: VerifyKeysArguments, run: Run): number {
  const { fingerprint, at, json } = options;
  const given = requireAll(options);
  if (parseInstanceId(Buffer.from(given['instance-id'])) === undefined) {
    throw new UsageError(`--instance-id: expected i-..., got "${given['instance-id']}"`);
  }
  try {
    const { lines, report, exitCode } = verifyKeys({
      keys: given.keys,
      signerCert: given['signer-cert'],
      signerOcsp: given['signer-ocsp'],
      instanceId: given['instance-id'],
      signerName: given['signer-name'],
      trustAnchors: given['trust-anchors'],
      fingerprint,
      at,
    });
    run.write(1, json ? `${JSON.stringify(report, null, 2)}\n` : lines);
    for (const line of refusalLines(report)) run.write(2, `${line}\n`);
    return exitCode;
  } catch (error) {
    if (error instanceof InputError) throw new UsageError(error.message);
    throw error;
  }
}

/** Not left to yargs, which would name what is missing where an option was only misspelt. */
function requireAll(options: VerifyKeysArguments): Record<RequiredName, string> {
  const missing = REQUIRED_NAMES.filter((name) => options[name] === undefined);
  if (missing.length === 0) return options as Record<RequiredName, string>;
  throw new UsageError(`missing required options: --${missing.join(', --')}`);
}

function readFingerprint(text: string): Fingerprint {
  const fingerprint = parseFingerprint(text);
  if (fingerprint !== undefined) return fingerprint;
  throw new UsageError(`--fingerprint: expected SHA256:... or MD5:..., got "${text}"`);
}

function readTime(text: string): number {
  if (/^[0-9]{1,12}$/.test(text)) return Number(text);
  throw new UsageError(`--at: expected Unix seconds, got "${text}"`);
}
