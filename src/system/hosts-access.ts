import type { Place } from './file-tree.ts';

/** The two tables of libwrap: what is let in, then what is kept out (hosts_access(5)). */
export const HOSTS_ALLOW = '/etc/hosts.allow';
export const HOSTS_DENY = '/etc/hosts.deny';

/** Whether libwrap lets in who comes from an unknown address. */
export interface HostsAnswer {
  /** `depends`: only from some addresses. */
  readonly answer: 'allowed' | 'refused' | 'depends';
  /** The rule that refuses. */
  readonly rule?: Place & { readonly text: string };
}

type Match = 'yes' | 'no' | 'unknown';

interface Rule {
  readonly place: Place;
  readonly text: string;
  readonly match: Match;
  readonly grants: boolean;
}

/**
 * Judges by hosts_access(5) and hosts_options(5): the first rule for the daemon and the client
 * decides, those of hosts.allow before those of hosts.deny; whom none fits is let in. Only `ALL`
 * fits every address; of any other client nothing is known.
 * @param allow the text of hosts.allow
 * @param deny the text of hosts.deny
 * @param daemon as libwrap is told it, such as `sshd`
 */
export function hostsAnswer(allow: string, deny: string, daemon: string): HostsAnswer {
  const rules = [
    ...readRules(HOSTS_ALLOW, allow, daemon, true),
    ...readRules(HOSTS_DENY, deny, daemon, false),
  ];
  let maybeAllowed = false;
  for (const { place, text, match, grants } of rules) {
    if (match === 'unknown') maybeAllowed ||= grants;
    else if (match === 'yes' && grants) return { answer: 'allowed' };
    else if (match === 'yes') {
      return { answer: maybeAllowed ? 'depends' : 'refused', rule: { ...place, text } };
    }
  }
  return { answer: 'allowed' };
}

/** @param grants what a rule of this table does that does not say `allow` or `deny` itself */
function readRules(path: string, text: string, daemon: string, grants: boolean): Rule[] {
  const found: Rule[] = [];
  let open = '';
  let begun = 0;
  for (const [index, raw] of text.split('\n').entries()) {
    if (open === '') begun = index + 1;
    const line = open + raw;
    open = line.endsWith('\\') ? line.slice(0, -1) : '';
    if (open !== '' || /^\s*(#|$)/.test(line)) continue;
    // IPv6 addresses stand in brackets.
    const [daemons = '', clients = '', ...options] = (
      line.match(/(?:\[[^\]]*\]|[^:])+/g) ?? []
    ).map((part) => part.trim());
    const isDaemon = inList(daemons, (word) => daemonMatch(word, daemon));
    const isClient = inList(clients, (word) => (word === 'ALL' ? 'yes' : 'unknown'));
    const says = options.map((each) => each.toLowerCase());
    found.push({
      place: { path, line: begun },
      text: line.trim(),
      match: both(isDaemon, isClient),
      grants: says.includes('allow') || (grants && !says.includes('deny')),
    });
  }
  return found;
}

/** `A, B EXCEPT C`: one of the first, and none of those after it. */
function inList(text: string, matches: (word: string) => Match): Match {
  const [head = '', ...rest] = text.split(/(?:^|[\s,]+)EXCEPT(?:[\s,]+|$)/);
  const answers = head
    .split(/[\s,]+/)
    .filter(Boolean)
    .map(matches);
  const within = answers.includes('yes') ? 'yes' : answers.includes('unknown') ? 'unknown' : 'no';
  if (rest.length === 0) return within;
  const outside = inList(rest.join(' EXCEPT '), matches);
  return both(within, outside === 'yes' ? 'no' : outside === 'no' ? 'yes' : 'unknown');
}

function daemonMatch(word: string, daemon: string): Match {
  if (word === 'ALL' || word === daemon) return 'yes';
  return word.startsWith(`${daemon}@`) ? 'unknown' : 'no';
}

function both(a: Match, b: Match): Match {
  if (a === 'no' || b === 'no') return 'no';
  return a === 'yes' && b === 'yes' ? 'yes' : 'unknown';
}
