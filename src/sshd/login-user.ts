import { loginNamesOf } from '../system/accounts.ts';
import { accountQuery, groupsQuery } from '../system/name-service.ts';
import { nearestNames } from '../system/nearest-names.ts';
import type { SshdEdges } from './edges.ts';

/** The names of a user's groups, as the host's name services have them. */
export function groupsOf(edges: SshdEdges, user: string): readonly string[] | undefined {
  const { argv, read } = groupsQuery(user);
  return read(edges.run(argv));
}

/**
 * Who may be meant by a name that no name service knows.
 * @returns local accounts, nearest first; undefined where there is such a user, or where nobody can tell: getent(1) ends
 *   with 2 for a name that it does not find
 */
export function meantUsers(edges: SshdEdges, user: string): readonly string[] | undefined {
  const { argv, read } = accountQuery(user);
  const end = edges.run(argv);
  if (read(end) !== undefined || (end.status !== 0 && end.status !== 2)) return undefined;
  return nearestNames(user, loginNamesOf(edges.tree.text('/etc/passwd') ?? ''));
}
