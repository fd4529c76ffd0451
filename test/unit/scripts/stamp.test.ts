import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { beginArtefact, demandStamp, sourceDigest } from '../../../scripts/build/stamp.ts';

describe('a stamp', () => {
  let project: string;
  let stamp: string;

  beforeEach(() => {
    project = mkdtempSync(join(tmpdir(), 'stamp-'));
    stamp = join(project, 'dist/ec2-instance-connect.stamp');
    for (const folder of ['src', 'dist', 'docs']) mkdirSync(join(project, folder));
    writeFileSync(join(project, 'src/main.ts'), 'one');
  });
  afterEach(() => {
    rmSync(project, { recursive: true });
  });

  it('lets an artefact pass that was made from the sources as they are', () => {
    beginArtefact('program', stamp, project)();
    expect(() => {
      demandStamp('program', project);
    }).not.toThrow();
  });

  it.each([
    ['changed', 'src/main.ts', 'two'],
    ['came', 'src/other.ts', ''],
    ['came to the build', 'package-lock.json', '{}'],
  ])('refuses it when a source %s, and says what makes it', (_, path, content) => {
    beginArtefact('program', stamp, project)();
    writeFileSync(join(project, path), content);
    expect(() => {
      demandStamp('program', project);
    }).toThrow('npm run build');
  });

  it('refuses an artefact that was begun and not finished', () => {
    beginArtefact('program', stamp, project)();
    beginArtefact('program', stamp, project);
    expect(() => {
      demandStamp('program', project);
    }).toThrow('is missing');
  });

  it('names the sources as they were when the work began', () => {
    const made = beginArtefact('program', stamp, project);
    writeFileSync(join(project, 'src/main.ts'), 'two');
    made();
    expect(() => {
      demandStamp('program', project);
    }).toThrow('other sources');
  });

  it('does not ask about what the artefact is not made from', () => {
    const before = sourceDigest('program', project);
    writeFileSync(join(project, 'docs/text.md'), 'two');
    expect(sourceDigest('program', project)).toBe(before);
  });
});
