import { describe, expect, it } from 'vitest';
import { fingerprintOf } from '../../../src/ssh/fingerprint.ts';
import { parseLoginCall } from '../../../src/ssh/login-call.ts';
import { parsePublicKey } from '../../../src/ssh/public-key.ts';
import { expandWord, sampleTokens } from '../../../src/ssh/sample-login.ts';

describe('sampleTokens', () => {
  it.each(['SHA256', 'MD5'] as const)('has a key that its %s fingerprint belongs to', (hash) => {
    const { u, f, k, t } = sampleTokens({ user: 'alice', home: '/', hash });
    expect(parsePublicKey(`${t} ${k}`).ok).toBe(true);
    expect(f).toBe(fingerprintOf(Buffer.from(k, 'base64'), hash));
    expect(parseLoginCall([u, f, `k=${k}`, `t=${t}`]).ok).toBe(true);
  });
});

describe('expandWord', () => {
  const values = { u: 'alice', f: 'SHA256:x' };

  it.each([
    ['%u', 'alice'],
    ['--user=%u:%f', '--user=alice:SHA256:x'],
    ['100%%u', '100%u'],
    ['%k', undefined],
    ['a%', undefined],
    ['%s', undefined],
  ])('makes of %s what sshd makes of it', (word, expanded) => {
    expect(expandWord(word, values)).toBe(expanded);
  });
});
