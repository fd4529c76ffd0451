import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { TOKENS } from '../../../src/ssh/command-tokens.ts';
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

  it('has a key whose other half nobody can have: its point is the hash of a public text', () => {
    const point = createHash('sha256').update('verify-install').digest();
    const { k } = sampleTokens({ user: 'alice', home: '/' });
    expect(Buffer.from(k, 'base64').subarray(-32)).toEqual(point);
  });

  it('has a value of every token, whatever is left out', () => {
    const values = sampleTokens({ user: 'alice', home: '/home/alice' });
    expect(values).toMatchObject({ u: 'alice', h: '/home/alice', U: '65534', D: '' });
    expect(Object.keys(values)).toEqual(TOKENS);
    expect(values.f).toMatch(/^SHA256:/);
  });

  it('comes from and goes to addresses of the documentation range, with their ports (RFC 5737)', () => {
    const { C } = sampleTokens({ user: 'alice', home: '/' });
    expect(C).toMatch(/^192\.0\.2\.\d+ \d+ 192\.0\.2\.\d+ 22$/);
  });

  it('has the number and the key that are named', () => {
    const key = { type: 'ssh-rsa', base64: 'AAAA', fingerprint: 'SHA256:x' };
    const values = sampleTokens({ user: 'alice', home: '/', uid: '1000', key });
    expect(values).toMatchObject({ f: 'SHA256:x', k: 'AAAA', t: 'ssh-rsa', U: '1000' });
  });
});

describe('expandWord', () => {
  const values = { u: 'alice', f: 'SHA256:x' };

  it.each([
    ['', ''],
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
