/**
 * What the system log says of logins that failed: sshd's own words, PAM's, and this program's audit
 * trail. Pure: it reads lines and says what they mean.
 */

/** A line of the log. */
export interface LogLine {
  /** Unix seconds. */
  readonly time: number;
  /** The program that wrote it: `sshd`, `sshd-session`, `ec2-instance-connect` … */
  readonly identifier: string;
  readonly message: string;
}

/** Who has refused: sshd a user, sshd our command, or this program. */
export type WitnessGroup = 'login' | 'command' | 'own';

/** One refusal, as the log has it. */
export interface Testimony {
  readonly time: number;
  readonly kind: WitnessKind;
  /** The user whom it names, where it names one. */
  readonly user?: string;
  /** The part of the message that tells most: an address, a command line, a file. */
  readonly about?: string;
  /** The file that it names. */
  readonly path?: string;
}

interface Rule {
  readonly group: WitnessGroup;
  readonly pattern: RegExp;
  /** What it means, for a person: follows the words "sshd refused". */
  readonly meaning: string;
  /** A command that shows more; USER and PATH stand for what the line names. */
  readonly look: string;
}

/** The refusals of others that are recognised. */
export type RuleName =
  | 'pam-access'
  | 'account-expired'
  | 'password-expired'
  | 'pam-account'
  | 'libwrap'
  | 'not-allowed'
  | 'no-shadow'
  | 'revoked-keys'
  | 'command-signal'
  | 'command-failed'
  | 'command-missing'
  | 'command-unsafe'
  | 'command-line'
  | 'command-token'
  | 'command-start'
  | 'command-user';

/** All of AuthorizedKeysCommand and its user, in order to see which lines set them. */
const COMMAND_LINES =
  'grep -rnis authorizedkeyscommand /etc/ssh/sshd_config /etc/ssh/sshd_config.d';

/**
 * The words of sshd (auth.c, auth2-pubkey.c, misc.c, sshd.c), of libwrap and of Linux-PAM's account
 * modules. `user`, `about` and `path` are named groups. Of its level sshd writes `error` and `fatal`
 * in front of a line.
 */
export const WITNESSES: Readonly<Record<RuleName, Rule>> = {
  'pam-access': {
    group: 'login',
    pattern:
      /^pam_access\(sshd:account\): access denied for user `(?<user>[^']+)' from `(?<about>[^']*)'/,
    meaning: 'pam_access: a rule of /etc/security/access.conf keeps this user or address out',
    look: 'grep -v "^#" /etc/security/access.conf',
  },
  'account-expired': {
    group: 'login',
    pattern:
      /^(?:pam_unix\(sshd:account\): account (?<user>\S+) has expired|Account (?<about>\S+) has expired)/,
    meaning: 'the account has expired',
    look: 'chage --list USER',
  },
  'password-expired': {
    group: 'login',
    pattern:
      /^(?:pam_unix\(sshd:account\): expired password for user (?<user>\S+)|User (?<about>\S+) password has expired)/,
    meaning:
      'the password must be changed first, and a session without a terminal cannot ask for it',
    look: 'chage --list USER',
  },
  'pam-account': {
    group: 'login',
    pattern: /^(?:fatal: )?Access denied for user (?<user>\S+) by PAM account configuration/,
    meaning: 'PAM: an account module of /etc/pam.d/sshd refuses this user',
    look: 'grep -E "^(account|@include|-account)" /etc/pam.d/sshd',
  },
  libwrap: {
    group: 'login',
    pattern: /^refused connect from (?<about>\S+)/,
    meaning: 'libwrap: /etc/hosts.deny or hosts.allow keeps the address out',
    look: 'grep -v "^#" /etc/hosts.deny /etc/hosts.allow',
  },
  'not-allowed': {
    group: 'login',
    pattern: /^User (?<user>\S+) (?:from \S+ )?not allowed because (?<about>.+)$/,
    meaning: 'sshd: a rule of sshd_config, the shell or a lock keeps this user out',
    look: '/usr/sbin/sshd -T -C user=USER,host=localhost,addr=127.0.0.1 | grep -E "^(allow|deny)"',
  },
  'no-shadow': {
    group: 'login',
    pattern: /^Could not get shadow information for (?<user>\S+)/,
    meaning: 'sshd cannot read /etc/shadow, so it cannot tell whether the account is locked',
    look: 'ls -lZ /etc/shadow',
  },
  'revoked-keys': {
    group: 'login',
    pattern:
      /^(?:\S+: )?Error checking authentication key .* in revoked keys file (?<about>[^ :]+)/,
    meaning: 'RevokedKeys: the file cannot be read, and sshd then refuses every key',
    look: '/usr/sbin/sshd -T | grep revokedkeys',
  },
  'command-signal': {
    group: 'command',
    pattern: /^(?:error: )?AuthorizedKeysCommand (?<about>.+) exited on signal \d+/,
    meaning: 'the command was killed: a limit of memory or time, or a security module',
    look: 'journalctl -k -g "oom|seccomp|avc"',
  },
  'command-failed': {
    group: 'command',
    // Of the level error up to OpenSSH 7.5, of info since.
    pattern: /^(?:error: )?AuthorizedKeysCommand (?<about>.+) failed, status \d+/,
    meaning: 'the command ended with an error, and sshd threw away what it had printed',
    look: 'journalctl -t ec2-instance-connect -n 20 -o cat',
  },
  'command-missing': {
    group: 'command',
    pattern: /^(?:error: )?Could not stat AuthorizedKeysCommand (?<about>"?(?<path>[^"]+?)"?: .+)$/,
    meaning: "the command that sshd has does not exist, or the command's user cannot get there",
    look: 'namei -l PATH',
  },
  'command-unsafe': {
    group: 'command',
    pattern: /^(?:error: )?Unsafe AuthorizedKeysCommand (?<about>"?(?<path>[^"]+?)"?: .+)$/,
    meaning: 'the command or a folder above it can be written by others, so sshd does not run it',
    look: 'namei -l PATH',
  },
  'command-line': {
    group: 'command',
    pattern:
      /^(?:error: )?(?<about>(?:AuthorizedKeysCommand (?:path is not absolute|".*" (?:contains invalid quotes|yielded no arguments))|No user for AuthorizedKeysCommand).*)$/,
    meaning: 'sshd cannot use the line that sets the command',
    look: COMMAND_LINES,
  },
  'command-token': {
    group: 'command',
    pattern: /^(?:fatal: )?(?:\w*percent_\w*: )unknown key (?<about>%\S)/,
    meaning: 'a line has a token that this release of sshd does not fill, and sshd ends each login',
    look: COMMAND_LINES,
  },
  'command-start': {
    group: 'command',
    pattern:
      /^(?:error: )?AuthorizedKeysCommand(?:: | )(?<about>(?:pipe|fork|initgroups|setres[ug]id|dup2|waitpid|execv?e?)\b.+)$/,
    meaning: 'sshd could not start the command',
    look: COMMAND_LINES,
  },
  'command-user': {
    group: 'command',
    pattern: /^(?:error: )?AuthorizedKeysCommandUser "?(?<about>[^" ]+)"? not found/,
    meaning: 'the user that the command is to run as does not exist',
    look: 'getent passwd ec2-instance-connect',
  },
};

/** What a refusal can be: a rule above, or an event of this program's own. */
export type WitnessKind = RuleName | 'own-fault' | 'own-signer-refused' | 'own-bug';

const OWN_EVENTS: Readonly<Record<string, WitnessKind>> = {
  fault: 'own-fault',
  'signer-refused': 'own-signer-refused',
  bug: 'own-bug',
};

/** The identifier of this program's audit trail. */
const OWN_IDENTIFIER = 'ec2-instance-connect';

/** Reads every refusal in the log, oldest first. */
export function testimonies(lines: readonly LogLine[]): readonly Testimony[] {
  return lines.flatMap((line) => testimony(line) ?? []).sort((a, b) => a.time - b.time);
}

function testimony({ time, identifier, message }: LogLine): Testimony | undefined {
  if (identifier === OWN_IDENTIFIER) return ownTestimony(time, message);
  for (const kind of Object.keys(WITNESSES) as RuleName[]) {
    const groups = WITNESSES[kind].pattern.exec(message)?.groups;
    if (groups === undefined) continue;
    const { user, about, path } = groups as { user?: string; about?: string; path?: string };
    return {
      time,
      kind,
      ...(user === undefined ? {} : { user }),
      ...(about === undefined ? {} : { about }),
      ...(path === undefined ? {} : { path }),
    };
  }
  return undefined;
}

/** Runs that a person started with --explain are no logins. */
function ownTestimony(time: number, message: string): Testimony | undefined {
  let entry: unknown;
  try {
    entry = JSON.parse(message);
  } catch {
    return undefined;
  }
  if (typeof entry !== 'object' || entry === null) return undefined;
  const { event, user, code, reason, explain } = entry as Readonly<Record<string, unknown>>;
  const kind = typeof event === 'string' ? OWN_EVENTS[event] : undefined;
  if (kind === undefined || explain === true) return undefined;
  const about = [code, reason].find((each) => typeof each === 'string');
  return {
    time,
    kind,
    ...(typeof user === 'string' ? { user } : {}),
    ...(typeof about === 'string' ? { about } : {}),
  };
}

/** The users whose logins succeeded, with the time of the last one: `Accepted METHOD for USER from`. */
export function acceptedLogins(lines: readonly LogLine[]): ReadonlyMap<string, number> {
  const accepted = new Map<string, number>();
  for (const { time, identifier, message } of lines) {
    if (!identifier.startsWith('sshd')) continue;
    const user = /^Accepted \S+ for (\S+) from /.exec(message)?.[1];
    if (user !== undefined) accepted.set(user, Math.max(time, accepted.get(user) ?? 0));
  }
  return accepted;
}

/** The most that is read of a log, in bytes. */
export const MAX_LOG = 4_194_304;

/**
 * Reads `journalctl -o json`: an object a line, with the time in microseconds. A message that is no
 * text (journalctl writes it as a list of bytes) is passed over.
 */
export function parseJournal(text: string): readonly LogLine[] {
  return text.split('\n').flatMap((line) => {
    let entry: unknown;
    try {
      entry = JSON.parse(line);
    } catch {
      return [];
    }
    if (typeof entry !== 'object' || entry === null) return [];
    const fields = entry as Readonly<Record<string, unknown>>;
    const { MESSAGE: message, SYSLOG_IDENTIFIER: identifier } = fields;
    const time = Number(fields['__REALTIME_TIMESTAMP']) / 1e6;
    if (typeof message !== 'string' || typeof identifier !== 'string') return [];
    return Number.isFinite(time) ? [{ time, identifier, message }] : [];
  });
}

/** RFC 3339, as rsyslog writes since 8.2310, or RFC 3164's `Jan  2 03:04:05`, then host and tag. */
const SYSLOG_LINE =
  /^(?:(?<iso>\d{4}-\d\d-\d\dT\S+)|(?<old>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d)) \S+ (?<tag>[^\s[:]+)(?:\[\d+\])?: (?<message>.*)$/;

/**
 * Reads auth.log or secure. A time without a year is the last one that is not in the future, in the
 * host's own time zone.
 * @param now Unix seconds
 * @param offset how far local time is ahead of UTC, in seconds
 */
export function parseAuthLog(text: string, now: number, offset: number): readonly LogLine[] {
  return text.split('\n').flatMap((line) => {
    const groups = SYSLOG_LINE.exec(line)?.groups;
    if (groups === undefined) return [];
    const { iso, old, tag: identifier = '', message = '' } = groups;
    const time = iso === undefined ? localTime(old ?? '', now, offset) : Date.parse(iso) / 1000;
    return Number.isFinite(time) ? [{ time, identifier, message }] : [];
  });
}

const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';
const A_DAY = 86_400;

function localTime(text: string, now: number, offset: number): number {
  const [month = '', day = '', clock = ''] = text.split(/ +/);
  const [hours = NaN, minutes = NaN, seconds = NaN] = clock.split(':').map(Number);
  const index = MONTHS.indexOf(month) / 3;
  const year = new Date(now * 1000).getUTCFullYear();
  const [inThis, inLast] = [year, year - 1].map(
    (each) => Date.UTC(each, index, Number(day), hours, minutes, seconds) / 1000 - offset,
  );
  return inThis !== undefined && inThis < now + A_DAY ? inThis : (inLast ?? NaN);
}
