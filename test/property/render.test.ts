import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderAuthorizedKeys } from '../../src/authorize/render.ts';
import type { AcceptedKey } from '../../src/authorize/signed-key.ts';
import type { KeyType } from '../../src/ssh/public-key.ts';

/** What no parser lets through, in case one day it does. */
const forged = fc
  .record({
    type: fc.oneof(fc.string(), fc.constantFrom('ssh-ed25519', 'ssh-rsa')),
    base64: fc.oneof(fc.string(), fc.base64String({ minLength: 16, maxLength: 200 })),
  })
  .map(({ type, base64 }): AcceptedKey => ({
    key: { type: type as KeyType, base64, wire: Buffer.alloc(0) },
    fingerprint: '',
    keyType: '',
    expiry: 0,
  }));

describe('renderAuthorizedKeys', () => {
  it('gives whole lines of a type and base64, or throws; whatever comes to it', () => {
    fc.assert(
      fc.property(fc.array(forged, { maxLength: 4 }), (keys) => {
        let text: string;
        try {
          text = renderAuthorizedKeys(keys);
        } catch {
          return;
        }
        expect(text).toMatch(/^([a-z0-9@.-]+ [A-Za-z0-9+/]+={0,2}\n)*$/);
        expect(text.split('\n')).toHaveLength(
          new Set(keys.map(({ key }) => `${key.type} ${key.base64}`)).size + 1,
        );
      }),
    );
  });
});
