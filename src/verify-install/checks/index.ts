import type { Check } from '../check.ts';
import { authorizedKeysCommand } from './authorized-keys-command.ts';
import { authorizedKeysCommandUser } from './authorized-keys-command-user.ts';
import { caRoot } from './ca-root.ts';
import { caStore } from './ca-store.ts';
import { clock } from './clock.ts';
import { commandPath } from './command-path.ts';
import { commandUserExists } from './command-user.ts';
import { commandUserLocked } from './command-user-locked.ts';
import { debugSwitch } from './debug-switch.ts';
import { dryRunNobody } from './dry-run.ts';
import { dryRunUser } from './dry-run-user.ts';
import { filesContent } from './files-content.ts';
import { filesMode } from './files-mode.ts';
import { filesPresent } from './files-present.ts';
import { hostsAccess } from './hosts-access.ts';
import { imdsCommandUser } from './imds-command-user.ts';
import { imdsIpv6 } from './imds-ipv6.ts';
import { imdsProxy } from './imds-proxy.ts';
import { imdsReachable } from './imds-reachable.ts';
import { imdsToken } from './imds-token.ts';
import { instance } from './instance.ts';
import { instanceId } from './instance-id.ts';
import { journal } from './journal.ts';
import { loginAllowed } from './login-allowed.ts';
import { loginUser } from './login-user.ts';
import { matchBlocks } from './match-blocks.ts';
import { otherHelpers } from './other-helpers.ts';
import { pamAccount } from './pam-account.ts';
import { passwordAging } from './password-aging.ts';
import { programStarts } from './program-starts.ts';
import { pubkeyAuthentication } from './pubkey-authentication.ts';
import { pushedKeys } from './pushed-keys.ts';
import { selinux } from './selinux.ts';
import { session } from './session.ts';
import { signerDocuments } from './signer-documents.ts';
import { signerNameKnown } from './signer-name.ts';
import { signerPath } from './signer-path.ts';
import { signerStaples } from './signer-staples.ts';
import { sshdConfig } from './sshd-config.ts';
import { sshdCurrent } from './sshd-current.ts';
import { sshdPresent } from './sshd-present.ts';
import { sshdRunning } from './sshd-running.ts';
import { witnessCommand } from './witness-command.ts';
import { witnessLogin } from './witness-login.ts';
import { witnessOwn } from './witness-own.ts';

/** Every check, in the order in which they run and are reported; none comes before what it needs. */
export const CHECKS: readonly Check[] = [
  filesPresent,
  filesMode,
  filesContent,
  programStarts,
  commandUserExists,
  commandUserLocked,
  loginUser,
  passwordAging,
  pamAccount,
  sshdPresent,
  sshdConfig,
  commandPath,
  authorizedKeysCommand,
  authorizedKeysCommandUser,
  matchBlocks,
  otherHelpers,
  sshdRunning,
  sshdCurrent,
  pubkeyAuthentication,
  loginAllowed,
  hostsAccess,
  session,
  selinux,
  instance,
  imdsReachable,
  imdsIpv6,
  imdsProxy,
  imdsToken,
  imdsCommandUser,
  instanceId,
  pushedKeys,
  signerDocuments,
  signerNameKnown,
  caStore,
  clock,
  caRoot,
  signerPath,
  signerStaples,
  journal,
  debugSwitch,
  dryRunNobody,
  dryRunUser,
  witnessLogin,
  witnessCommand,
  witnessOwn,
];
