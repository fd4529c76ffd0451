/** What an administrator does about each refusal and fault; the pages are made from it. Pure. */
import type { HelperEventCode } from '../../src/helpers/result.ts';
import type { FaultCode } from '../../src/verdict/fault.ts';
import type { KeyReason, SignerReason } from '../../src/verdict/reasons.ts';

/** What the head of the page says once. */
const OTHER_IMDS = 'See (a).';
const RENEWED = 'See (b).';
const PUSH_AGAIN = 'Push the key again. If it persists, report the lines of the log.';

/** What to do where the signer is refused. */
export const SIGNER_ADVICE: Readonly<Record<SignerReason, string>> = {
  'domain-unknown': `Upgrade this package if the partition is new. ${OTHER_IMDS}`,
  'region-unknown': `Upgrade this package if the region's partition is new. ${OTHER_IMDS}`,
  'chain-malformed': OTHER_IMDS,
  'name-mismatch': OTHER_IMDS,
  'path-not-trusted':
    'Install or renew the CA store (`update-ca-certificates`, `update-ca-trust`); it must hold Amazon Root CA 1. If `/etc/ec2-instance-connect/trust-anchors.pem` exists, it alone counts. Otherwise another service may answer in place of IMDS.',
  'path-signature-invalid': OTHER_IMDS,
  'path-expired': `Set the clock (\`chronyc makestep\`). ${RENEWED}`,
  'path-constraint-violated': `Look at the certificate that the line names: a CA of this host may forbid it. ${OTHER_IMDS}`,
  'unknown-critical-extension': 'Upgrade this package. If it persists, report the line.',
  'weak-signature': `Look at the algorithm that the line names. ${OTHER_IMDS}`,
  'staple-missing': RENEWED,
  'staple-malformed': RENEWED,
  'staple-error-status': RENEWED,
  'staple-responder-unauthorized': RENEWED,
  'staple-signature-invalid': RENEWED,
  'staple-expired': `Set the clock (\`chronyc makestep\`): 300 seconds are tolerated. ${RENEWED}`,
  'certificate-revoked':
    'AWS has revoked the certificate. Wait for the service to serve another one, and ask AWS Support.',
  'revocation-unknown': RENEWED,
};

/** What to do where a key is refused. */
export const KEY_ADVICE: Readonly<Record<KeyReason, string>> = {
  'entry-malformed': PUSH_AGAIN,
  'field-missing': PUSH_AGAIN,
  'field-duplicated': PUSH_AGAIN,
  'field-malformed': PUSH_AGAIN,
  'key-malformed': 'Push an Ed25519 or RSA key.',
  'key-weak': 'Push an Ed25519 key, or an RSA key of 2048 bits or more.',
  'fingerprint-mismatch':
    'Nothing, as a rule: clients offer several keys. Otherwise let ssh offer the pushed one: `ssh -o IdentitiesOnly=yes -i KEY`.',
  'signature-invalid': `${PUSH_AGAIN} ${OTHER_IMDS}`,
  'instance-mismatch': `Push the key for this instance. ${OTHER_IMDS}`,
  expired: 'Log in within 60 seconds of the push. If you did, set the clock (`chronyc makestep`).',
  'expiry-too-far': 'Set the clock (`chronyc makestep`): it is behind.',
};

/** What each fault is, and what to do. */
export const FAULT_ADVICE: Readonly<Record<FaultCode, readonly [meaning: string, advice: string]>> =
  {
    IMDS_UNREACHABLE: [
      'no connection to the metadata service, or it was lost before the answer was whole',
      'Enable IMDS for the instance, and let the user `ec2-instance-connect` reach 169.254.169.254, port 80.',
    ],
    IMDS_TIMEOUT: [
      'the metadata service did not answer within a second',
      'Look for a firewall rule, a proxy, or a hop limit that is too low; `verify-install` names it.',
    ],
    IMDS_STATUS: [
      'the metadata service answered with an unexpected status',
      '403: enable IMDS for the instance. 503: the service throttles; find who asks it so often.',
    ],
    IMDS_BODY_TOO_LARGE: ['an answer of the metadata service is too large', OTHER_IMDS],
    IMDS_MALFORMED: ['an answer of the metadata service cannot be parsed', OTHER_IMDS],
    IMDS_FOREIGN_INSTANCE: [
      'the metadata service answers for another instance than the firmware names',
      OTHER_IMDS,
    ],
    DMI_UNREADABLE: [
      'the firmware description cannot be read',
      'Let the command user read `/sys/devices/virtual/dmi/id/board_asset_tag`.',
    ],
    TRUST_STORE_UNREADABLE: [
      'no CA bundle can be read',
      'Reinstall `ca-certificates`, or fix `/etc/ec2-instance-connect/trust-anchors.pem`.',
    ],
    DEADLINE_EXCEEDED: [
      'no decision within 5 seconds',
      'Look for what slows the host or the metadata service: `authorized-keys USER --explain` has the time of each step.',
    ],
    OUTPUT_UNWRITABLE: [
      'standard output could not be written',
      'Run by sshd this does not happen; otherwise look at the disk or pipe that it was redirected to.',
    ],
  };

/** What can go wrong with the administrator's helpers, and what to do. */
export const HELPER_ADVICE: Readonly<
  Record<HelperEventCode, readonly [meaning: string, advice: string]>
> = {
  'chain-broken': ['an internal error while the helpers ran', 'Report the line.'],
  'directory-unreadable': [
    'the folder of the helpers cannot be read',
    'Give it back to root: `chown root:root`, `chmod 755`.',
  ],
  'directory-unsafe': [
    'others than root can write to the folder of the helpers, or above it',
    'Run `verify-install`: it names the folder.',
  ],
  'too-many-helpers': ['there are more than 16 helpers', 'Remove some.'],
  'helper-unreadable': [
    'the helper, or its `NAME.args`, cannot be read',
    'Check the link and the modes.',
  ],
  'helper-unsafe': [
    'others than root can write to the helper, or to a folder or link on the way to it',
    'Run `verify-install`: it names the path.',
  ],
  'helper-not-executable': ['the helper is not an executable file', 'Run `chmod a+rx` on it.'],
  'arguments-invalid': [
    '`NAME.args` is not one line that sshd could use, or asks for a token that sshd does not pass',
    'Run `sshd status`: it names the file, the token and the line that passes it.',
  ],
  'helper-cannot-start': ['the helper could not be started', 'Run it by hand as the command user.'],
  'helper-failed': [
    'the helper ended with a status other than 0, or by a signal',
    'Run it by hand as the command user.',
  ],
  'helper-timeout': ['the helper was not done within 5 seconds', 'Find what it waits for.'],
  'helper-output-too-large': [
    'the helper printed more than 512 KiB or 4096 lines',
    'Limit its output.',
  ],
  'helper-lines-dropped': [
    'lines of the helper were too long or had control characters',
    'Correct its output; the other lines were used.',
  ],
  'helper-left-open': [
    'a process that the helper started still holds its output',
    'Let it close its output; the lines were used.',
  ],
};
