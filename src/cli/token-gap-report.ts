import type { TokenGap } from '../sshd/plan/lacking-tokens.ts';

/**
 * Tells a person which helpers are not run because sshd's line lacks a token that they ask for, and
 * what would pass it.
 *
 * @returns lines without their line breaks
 */
export function gapLines(gap: TokenGap | undefined): readonly string[] {
  if (gap === undefined) return [];
  const { helpers, command, writtenBy } = gap;
  const lines = helpers.map(({ detail }) => `helper not run: ${detail}`);
  if (command === undefined) return lines;
  if (writtenBy !== undefined) {
    return [...lines, `to pass what it asks for: ec2-instance-connect sshd ${writtenBy}`];
  }
  return [
    ...lines,
    'to pass what it asks for, change the line to',
    `  AuthorizedKeysCommand ${command}`,
  ];
}
