import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../src/verify-install/host-edges.ts';

describe('the digest of a file', () => {
  it.each([0, 1, (1 << 18) - 1, 1 << 18, (1 << 18) + 1, 3 << 18])(
    'is of all of its %s octets, whatever pieces it is read in',
    (length) => {
      const folder = mkdtempSync(join(tmpdir(), 'digest-'));
      try {
        const path = join(folder, 'file');
        const content = Buffer.alloc(length).map((_, index) => index % 251);
        writeFileSync(path, content);
        expect(digestOf(path)).toBe(createHash('sha256').update(content).digest('hex'));
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );

  it('is not there for a file that is not, and the error says why', () => {
    expect(() => digestOf('/nonexistent/file')).toThrow(
      expect.objectContaining({ code: 'ENOENT' }),
    );
  });
});
