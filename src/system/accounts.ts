/** A line of passwd(5). */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
  readonly shell: string;
}

/** What of shadow(5) decides whether somebody can log in. */
export interface ShadowEntry {
  /** The encrypted password field as it stands; `!` or `*` in front: no password opens it. */
  readonly password: string;
  /** Days since 1970; 0: must be changed at the next login; absent: no aging. */
  readonly changed?: number;
  /** After so many days since the last change the password must be changed; absent: never. */
  readonly maximum?: number;
  /** So many days longer it can still be changed; then the account is closed. Absent: for ever. */
  readonly inactive?: number;
  /** Days since 1970; absent: never. */
  readonly expires?: number;
}

const NUMBER = /^[0-9]{1,10}$/;

/**
 * Reads a line of passwd(5), as getent(1) prints it.
 * @returns undefined unless it has seven fields and numbers where they belong
 */
export function parseAccount(line: string): Account | undefined {
  const fields = line.replace(/\n$/, '').split(':');
  const [name = '', , uid = '', gid = '', , home = '', shell = ''] = fields;
  if (fields.length !== 7 || name === '' || !NUMBER.test(uid) || !NUMBER.test(gid)) {
    return undefined;
  }
  // An empty shell is /bin/sh (passwd(5)).
  return {
    name,
    uid: Number(uid),
    gid: Number(gid),
    home,
    shell: shell === '' ? '/bin/sh' : shell,
  };
}

/**
 * Finds somebody's line of shadow(5).
 * @param text the whole file, or what getent(1) prints
 */
export function parseShadow(text: string, name: string): ShadowEntry | undefined {
  const line = text.split('\n').find((each) => each.startsWith(`${name}:`));
  if (line === undefined) return undefined;
  const [, password = '', changed = '', , maximum = '', , inactive = '', expires = ''] =
    line.split(':');
  return {
    password,
    ...(NUMBER.test(changed) ? { changed: Number(changed) } : {}),
    ...(NUMBER.test(maximum) ? { maximum: Number(maximum) } : {}),
    ...(NUMBER.test(inactive) ? { inactive: Number(inactive) } : {}),
    ...(NUMBER.test(expires) ? { expires: Number(expires) } : {}),
  };
}

/** A line of group(5), as far as it gives a name to a number. */
export interface Group {
  readonly name: string;
  readonly gid: number;
}

/**
 * Reads a line of group(5).
 * @returns undefined unless it has four fields and a number where it belongs
 */
export function parseGroup(line: string): Group | undefined {
  const fields = line.split(':');
  const [name = '', , gid = ''] = fields;
  return fields.length === 4 && name !== '' && NUMBER.test(gid)
    ? { name, gid: Number(gid) }
    : undefined;
}

/** The accounts of a passwd file that a person could log in to, lowest user id first. */
export function humanAccounts(passwd: string): readonly Account[] {
  return passwd
    .split('\n')
    .flatMap((line) => parseAccount(line) ?? [])
    .filter(({ uid, shell }) => uid >= 1000 && uid < 65_534 && !refusesSessions(shell))
    .sort((a, b) => a.uid - b.uid);
}

/** The names of the local accounts that a person could log in to, root's among them. */
export function loginNamesOf(passwd: string): readonly string[] {
  return ['root', ...humanAccounts(passwd).map(({ name }) => name)];
}

/** Whether a shell is one of those that end each session at once. */
export function refusesSessions(shell: string): boolean {
  return /\/(nologin|false|sync|halt|shutdown)$/.test(shell);
}
