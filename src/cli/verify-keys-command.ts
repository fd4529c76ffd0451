import type { CommandModule } from 'yargs';
import { parseFingerprint, type Fingerprint } from '../ssh/fingerprint.ts';
import { UsageError, type Finish } from './command.ts';
import { writeOut } from './output.ts';
import { refusalLines } from './verdict-report.ts';
import { InputError, verifyKeys } from './verify-keys.ts';

interface VerifyKeysArguments {
  readonly keys: string;
  readonly 'signer-cert': string;
  readonly 'signer-ocsp': string;
  readonly 'instance-id': string;
  readonly 'signer-name': string;
  readonly 'trust-anchors': string;
  readonly fingerprint?: Fingerprint | undefined;
  readonly at: number;
  readonly json: boolean;
}

const OPTIONS = {
  keys: { describe: "the user's pushed keys (active-keys/<user>/)", argument: 'FILE' },
  'signer-cert': { describe: 'the certificate chain (signer-cert/)', argument: 'FILE' },
  'signer-ocsp': { describe: 'one staple a file, DER or base64, any file names', argument: 'DIR' },
  'instance-id': { describe: 'the instance that the keys are for', argument: 'ID' },
  'signer-name': { describe: 'managed-ssh-signer.<region>.<domain>', argument: 'NAME' },
  'trust-anchors': { describe: 'the CA certificates that are trusted, PEM', argument: 'FILE' },
} as const;

/** `verify-keys`: the same decision as a login, offline, on captured material. */
export function verifyKeysCommand(finish: Finish): CommandModule<object, VerifyKeysArguments> {
  return {
    command: 'verify-keys',
    describe: 'judge captured keys offline, exactly as a login would',
    builder: (yargs) => {
      const text = (name: keyof typeof OPTIONS) =>
        ({
          type: 'string',
          demandOption: true,
          requiresArg: true,
          describe: OPTIONS[name].describe,
        }) as const;
      return yargs
        .option('keys', text('keys'))
        .option('signer-cert', text('signer-cert'))
        .option('signer-ocsp', text('signer-ocsp'))
        .option('instance-id', text('instance-id'))
        .option('signer-name', text('signer-name'))
        .option('trust-anchors', text('trust-anchors'))
        .option('fingerprint', {
          type: 'string',
          requiresArg: true,
          describe: 'judge only this key, SHA256:... or MD5:...',
          coerce: readFingerprint,
        })
        .option('at', {
          type: 'string',
          requiresArg: true,
          default: String(Math.floor(Date.now() / 1000)),
          defaultDescription: 'now',
          describe: 'judge as of this time, Unix seconds',
          coerce: readTime,
        })
        .option('json', {
          type: 'boolean',
          default: false,
          describe: 'print every verdict as JSON',
        });
    },
    handler: (options) => {
      finish(run(options));
    },
  };
}

function run(options: VerifyKeysArguments): number {
  const { keys, fingerprint, at, json } = options;
  try {
    const { lines, report, exitCode } = verifyKeys({
      keys,
      signerCert: options['signer-cert'],
      signerOcsp: options['signer-ocsp'],
      instanceId: options['instance-id'],
      signerName: options['signer-name'],
      trustAnchors: options['trust-anchors'],
      fingerprint,
      at,
    });
    writeOut(1, json ? `${JSON.stringify(report, null, 2)}\n` : lines);
    for (const line of refusalLines(report)) writeOut(2, `${line}\n`);
    return exitCode;
  } catch (error) {
    if (error instanceof InputError) throw new UsageError(error.message);
    throw error;
  }
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
