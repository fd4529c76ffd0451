import type { Inspection } from './inspection.ts';

/** The groups of the report, in its order, with their headings. */
export const GROUPS = {
  files: 'Installed files',
  accounts: 'Accounts',
  sshd: 'sshd',
  selinux: 'SELinux',
  imds: 'Instance metadata',
  trust: 'Chain of trust',
  run: 'Running as sshd would',
  log: 'What the log says',
} as const;

/** A heading of the report. */
export type Group = keyof typeof GROUPS;

/** The stable names of all checks. */
export type CheckId =
  | 'files-present'
  | 'files-mode'
  | 'files-content'
  | 'program-starts'
  | 'command-user'
  | 'command-user-locked'
  | 'login-user'
  | 'password-aging'
  | 'pam-account'
  | 'sshd-present'
  | 'sshd-config'
  | 'authorized-keys-command'
  | 'authorized-keys-command-user'
  | 'match-blocks'
  | 'command-path'
  | 'other-helpers'
  | 'sshd-running'
  | 'sshd-current'
  | 'pubkey-authentication'
  | 'login-allowed'
  | 'hosts-access'
  | 'session'
  | 'selinux'
  | 'instance'
  | 'imds-reachable'
  | 'imds-ipv6'
  | 'imds-token'
  | 'imds-command-user'
  | 'imds-proxy'
  | 'instance-id'
  | 'signer-name'
  | 'pushed-keys'
  | 'clock'
  | 'ca-store'
  | 'signer-documents'
  | 'ca-root'
  | 'signer-path'
  | 'signer-staples'
  | 'journal'
  | 'debug-switch'
  | 'dry-run'
  | 'dry-run-user'
  | 'witness-login'
  | 'witness-command'
  | 'witness-own';

/**
 * A command to run as root, and what a person should know of it. It restores what the package
 * promises and takes nothing from anybody, so it may be pasted unread.
 */
export interface Fix {
  readonly kind: 'fix';
  readonly command: string;
  readonly note?: string;
}

/** A command that shows more and changes nothing: what is wrong cannot be repaired from here. */
export interface Look {
  readonly kind: 'look';
  readonly command: string;
  readonly note?: string;
}

/**
 * Somebody's rule is in the way. Whether it goes is not this program's to say: it names who else the
 * rule concerns, and what each way out would change for whom.
 */
export interface Decision {
  readonly kind: 'decision';
  /** Shows the rule, changes nothing. */
  readonly command: string;
  readonly note?: string;
  /** Who else the rule is about. */
  readonly concerns: string;
  readonly choices: readonly Choice[];
}

/** One way out: what to run, and what that changes for whom. */
export interface Choice {
  readonly command: string;
  readonly changes: string;
}

/** What to do about a finding. */
export type Remedy = Fix | Look | Decision;

/** Facts for programs: names in camelCase, times in Unix seconds, durations in milliseconds. */
export type Data = Readonly<Record<string, string | number | boolean>>;

/** Why a check was left out. */
export type SkipReason = 'dependency' | 'needs-root' | 'offline' | 'not-applicable';

/** What a check has found: one line, lower case, no full stop; may quote untrusted text. */
export type CheckResult =
  | { readonly status: 'pass'; readonly found: string; readonly data?: Data }
  | {
      readonly status: 'warn' | 'fail';
      readonly found: string;
      readonly remedy: Remedy;
      readonly data?: Data;
    }
  | {
      readonly status: 'skip';
      readonly found: string;
      readonly because: SkipReason;
      /** The check that failed or was left out; only with `dependency`. */
      readonly blockedBy?: CheckId;
    };

/** The four ways in which a check can end. */
export type Status = CheckResult['status'];

/**
 * What a check cannot do without: the rights of root; those to read sshd's configuration, which some
 * distributions keep to root; or an EC2 instance with its IMDS.
 */
export type Need = 'root' | 'sshd-files' | 'instance';

/** One thing that must be right for logins with pushed keys. */
export interface Check {
  readonly id: CheckId;
  readonly group: Group;
  /** For people: what is looked at, a few words. */
  readonly title: string;
  /** When one of these has failed or was left out, this check is left out as well. */
  readonly dependsOn: readonly CheckId[];
  readonly needs?: readonly Need[];
  /** Looks, and changes nothing. A Fault that it throws is a failure with that fault's message. */
  readonly run: (on: Inspection) => CheckResult | Promise<CheckResult>;
}

/** All is well. */
export function pass(found: string, data?: Data): CheckResult {
  return { status: 'pass', found, ...withData(data) };
}

/** Logins work, but a person should know. */
export function warn(found: string, remedy: Remedy, data?: Data): CheckResult {
  return { status: 'warn', found, remedy, ...withData(data) };
}

/** Logins with pushed keys do not work, or not safely. */
export function fail(found: string, remedy: Remedy, data?: Data): CheckResult {
  return { status: 'fail', found, remedy, ...withData(data) };
}

/** There is nothing to look at, or not for this caller. */
export function skip(because: Exclude<SkipReason, 'dependency'>, found: string): CheckResult {
  return { status: 'skip', found, because };
}

function withData(data: Data | undefined): { data?: Data } {
  return data === undefined ? {} : { data };
}
