import { describe, expect, it } from 'vitest';
import { MAX_MANIFEST, parseManifest } from '../../../src/verify-install/manifest.ts';

const PROGRAM = {
  path: '/usr/lib/ec2-instance-connect/ec2-instance-connect',
  type: 'file',
  mode: '0755',
  owner: 'root',
  group: 'root',
  role: 'program',
  sha256: 'ab'.repeat(32),
};
const MANIFEST = {
  schema: 1,
  name: 'ec2-instance-connect',
  version: '3.0.0-1',
  family: 'deb',
  user: 'ec2-instance-connect',
  command: '/usr/share/ec2-instance-connect/eic_run_authorized_keys',
  files: [PROGRAM],
};

describe('parseManifest', () => {
  it('reads files, folders and links', () => {
    const common = { owner: 'root', group: 'root', role: 'program' };
    const folder = { ...common, path: '/usr/lib/x', type: 'directory', mode: '0755' };
    const link = { ...common, path: '/usr/bin/x', type: 'symlink', target: '../lib/x' };
    const read = parseManifest(JSON.stringify({ ...MANIFEST, files: [PROGRAM, folder, link] }));
    expect(read).toMatchObject({
      ok: true,
      value: {
        family: 'deb',
        files: [{ mode: 0o755 }, { type: 'directory', mode: 0o755 }, { target: '../lib/x' }],
      },
    });
  });

  it.each([
    ['text that is not JSON', '{'],
    ['something else than an object', '[]'],
    ['another schema', JSON.stringify({ ...MANIFEST, schema: 2 })],
    ['another package', JSON.stringify({ ...MANIFEST, name: 'other' })],
    ['another family', JSON.stringify({ ...MANIFEST, family: 'apk' })],
    ['an unknown field', JSON.stringify({ ...MANIFEST, more: true })],
    ['no files', JSON.stringify({ ...MANIFEST, files: [] })],
    ['a user name with a space', JSON.stringify({ ...MANIFEST, user: 'a b' })],
    ['a relative path', JSON.stringify({ ...MANIFEST, files: [{ ...PROGRAM, path: 'x' }] })],
    [
      'a path with a line break',
      JSON.stringify({ ...MANIFEST, files: [{ ...PROGRAM, path: '/a\n' }] }),
    ],
    [
      'a mode of three digits',
      JSON.stringify({ ...MANIFEST, files: [{ ...PROGRAM, mode: '755' }] }),
    ],
    ['an unknown role', JSON.stringify({ ...MANIFEST, files: [{ ...PROGRAM, role: 'x' }] })],
    ['an unknown type', JSON.stringify({ ...MANIFEST, files: [{ ...PROGRAM, type: 'x' }] })],
    ['a short checksum', JSON.stringify({ ...MANIFEST, files: [{ ...PROGRAM, sha256: 'ab' }] })],
    [
      'a link with a mode',
      JSON.stringify({ ...MANIFEST, files: [{ ...PROGRAM, type: 'symlink' }] }),
    ],
    ['null for an entry', JSON.stringify({ ...MANIFEST, files: [null] })],
    ['too much text', JSON.stringify({ ...MANIFEST, version: '1'.repeat(MAX_MANIFEST) })],
  ])('refuses %s', (_, text) => {
    expect(parseManifest(text)).toMatchObject({ ok: false, reason: 'manifest-malformed' });
  });
});
