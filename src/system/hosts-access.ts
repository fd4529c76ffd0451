import {
  both,
  firstDecides,
  listMatch,
  longLines,
  type Match,
  type Rule,
  type RulesAnswer,
} from './rule-lists.ts';

/** The two tables of libwrap: what is let in, then what is kept out (hosts_access(5)). */
export const HOSTS_ALLOW = '/etc/hosts.allow';
export const HOSTS_DENY = '/etc/hosts.deny';

/**
 * Judges by hosts_access(5) and hosts_options(5): the first rule for the daemon and the client
 * decides, those of hosts.allow before those of hosts.deny; whom none fits is let in. Only `ALL`
 * fits every address; of any other client nothing is known.
 * @param allow the text of hosts.allow
 * @param deny the text of hosts.deny
 * @param daemon as libwrap is told it, such as `sshd`
 */
export function hostsAnswer(allow: string, deny: string, daemon: string): RulesAnswer {
  return firstDecides([
    ...readRules(HOSTS_ALLOW, allow, daemon, true),
    ...readRules(HOSTS_DENY, deny, daemon, false),
  ]);
}

/** @param grants what a rule of this table does that does not say `allow` or `deny` itself */
function readRules(path: string, text: string, daemon: string, grants: boolean): Rule[] {
  const found: Rule[] = [];
  for (const { text: line, line: begun } of longLines(text, '')) {
    if (/^\s*(#|$)/.test(line)) continue;
    // IPv6 addresses stand in brackets.
    const [daemons = '', clients = '', ...options] = (
      line.match(/(?:\[[^\]]*\]|[^:])+/g) ?? []
    ).map((part) => part.trim());
    const isDaemon = listMatch(words(daemons), (word) => daemonMatch(word, daemon));
    const isClient = listMatch(words(clients), (word) => (word === 'ALL' ? 'yes' : 'unknown'));
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

function words(list: string): readonly string[] {
  return list.split(/[\s,]+/).filter(Boolean);
}

function daemonMatch(word: string, daemon: string): Match {
  if (word === 'ALL' || word === daemon) return 'yes';
  return word.startsWith(`${daemon}@`) ? 'unknown' : 'no';
}
