import { describe, expect, it } from 'vitest';
import { ARGUMENTS_SUFFIX, HELPERS_DIRECTORY } from '../../../../src/helpers/names.ts';
import { lackingTokens } from '../../../../src/sshd/plan/lacking-tokens.ts';
import { fixedTree } from '../../../../src/system/file-tree.ts';

describe('what a helper lacks', () => {
  const helper = `${HELPERS_DIRECTORY}/10-mine`;
  const lacking = (template: string, version?: { major: number; minor: number }): unknown =>
    lackingTokens(
      fixedTree({ [helper]: '', [`${helper}${ARGUMENTS_SUFFIX}`]: template }),
      ['u', 'f'],
      version,
    );

  it.each([
    ['%u %k %t', { major: 9, minor: 4 }, ['k', 't'], [], /%k, %t/],
    ['%C', { major: 9, minor: 3 }, ['C'], ['C'], /%C.*9\.4.*9\.3$/],
    ['%k %C', { major: 9, minor: 3 }, ['k', 'C'], ['C'], /%k,.*; it .*%C.*9\.3$/],
    ['%D', undefined, ['D'], ['D'], /%D.*9\.4.*unknown/],
  ] as const)(
    'of %j with sshd %j is %j, of which it does not know %j',
    (template, version, tokens, unknown, detail) => {
      expect(lacking(template, version)).toEqual([
        {
          path: `${helper}${ARGUMENTS_SUFFIX}`,
          ...{ tokens, unknown },
          detail: expect.stringMatching(detail) as string,
        },
      ]);
    },
  );

  it.each(['%u %f', '%h %U', '%i', ''])('of %j is nothing', (template) => {
    expect(lacking(template)).toEqual([]);
  });
});
