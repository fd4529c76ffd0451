import { isAtLeast, type OpenSshVersion } from './version.ts';

/** The names of the quirks. */
export type Quirk =
  | 'hash-cuts-line'
  | 'carriage-return-kept'
  | 'unset-not-dumped'
  | 'relative-include-lost'
  | 'included-match-loses'
  | 'delimited-arguments'
  | 'delimited-match';

/** One way in which releases of OpenSSH read their configuration differently. */
export interface QuirkFacts {
  /** The first release with it; absent where every old one has it. */
  readonly since?: OpenSshVersion;
  /** The first release without it. */
  readonly until: OpenSshVersion;
  readonly what: string;
}

/**
 * Where releases differ, as measured on real ones. Releases between the measured ones may hold a
 * distribution's patches (Ubuntu 20.04's 8.2 may have the two repairs of 8.3), so where `sshd -T`
 * gives another answer than the model, it is believed.
 */
export const QUIRKS: Readonly<Record<Quirk, QuirkFacts>> = {
  'hash-cuts-line': {
    until: { major: 8, minor: 7 },
    what: 'a line of a file ends at its first #, even within a word or quotes; an -o option does not',
  },
  'carriage-return-kept': {
    until: { major: 7, minor: 6 },
    what: "a carriage return at a line's end belongs to AuthorizedKeysCommand",
  },
  'unset-not-dumped': {
    until: { major: 7, minor: 6 },
    what: 'sshd -T has no line for a command that is not set',
  },
  'relative-include-lost': {
    since: { major: 8, minor: 2 },
    until: { major: 8, minor: 3 },
    what: 'a relative Include reads nothing',
  },
  'included-match-loses': {
    since: { major: 8, minor: 2 },
    until: { major: 8, minor: 3 },
    what: 'a Match block in an included file loses against a later global line of the main file',
  },
  'delimited-arguments': {
    until: { major: 8, minor: 7 },
    what: 'only double quotes hold words together; = separates; an open quote ends a list, without an error',
  },
  'delimited-match': {
    until: { major: 9, minor: 7 },
    what: 'the same in Match lines: single quotes are characters, and "User = alice" is a criterion, which later releases refuse',
  },
};

/** Whether a release has a quirk; an unknown release counts as the newest, which has none. */
export function hasQuirk(version: OpenSshVersion | undefined, name: Quirk): boolean {
  const { since, until } = QUIRKS[name];
  if (version === undefined || isAtLeast(version, until.major, until.minor)) return false;
  return since === undefined || isAtLeast(version, since.major, since.minor);
}
