import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { run, type Command } from '../../rig/run.ts';

const OUTPUT = join(import.meta.dirname, '../../../src/login/output.ts');

function writer(body: string): Command {
  const program = `import { writeOut } from ${JSON.stringify(OUTPUT)}; ${body}`;
  return [process.execPath, '--input-type=module', '--eval', program];
}

describe('writeOut', () => {
  it('writes to the descriptor that it is told, bytes as they are and text as UTF-8', async () => {
    const bytes = `writeOut(1, Buffer.of(0xc3, 0xa9, 10)); writeOut(2, 'é\\n');`;
    expect(await run(writer(bytes))).toMatchObject({ status: 0, stdout: 'é\n', stderr: 'é\n' });
  });

  it('writes nothing for an empty text, not even where nobody could take it', async () => {
    const body = `import { closeSync } from 'node:fs'; closeSync(1); writeOut(1, '');`;
    expect(await run(writer(body))).toMatchObject({ status: 0, stderr: '' });
  });

  it('writes all of a text that is larger than a pipe', async () => {
    const { status, stdout } = await run(writer(`writeOut(1, 'x'.repeat(1_000_000));`));
    expect({ status, length: stdout.length }).toEqual({ status: 0, length: 1_000_000 });
  });

  it('waits for the reader of a pipe that does not block', async () => {
    // The flag is the open file's, so that perl can set it for whoever comes next.
    const nonBlocking = `perl -MFcntl -e 'fcntl(STDOUT, F_SETFL, O_NONBLOCK | O_WRONLY) or die'`;
    const script = `{ ${nonBlocking}; "$@"; } | dd bs=100 status=none | wc -c`;
    const command = writer(`writeOut(1, 'x'.repeat(1_000_000));`);
    const { stdout } = await run(['bash', '-c', script, 'bash', ...command]);
    expect(stdout.trim()).toBe('1000000');
  });

  it('takes a reader that has gone away for no error: sshd up to 7.4 stops reading', async () => {
    const [program, ...args] = writer(`
      process.stdin.on('end', () => { writeOut(1, 'x'.repeat(1_000_000)); }).resume();`);
    const child = spawn(program, args);
    const said = text(child.stderr);
    const ended = once(child, 'close');
    child.stdout.destroy();
    child.stdin.end();
    expect(await ended).toEqual([0, null]);
    expect(await said).toBe('');
  });

  it('says nothing more where nothing can be said', async () => {
    const script = '"$@" 2>/dev/full';
    const command = writer(`writeOut(2, 'x'); writeOut(1, 'y');`);
    const ended = await run(['bash', '-c', script, 'bash', ...command]);
    expect(ended).toMatchObject({ status: 0, stdout: 'y' });
  });

  it('throws a fault where standard output cannot be written for another reason', async () => {
    const script = '"$@" >/dev/full';
    const command = writer(`
      try { writeOut(1, 'x'); } catch ({ code, cause }) { writeOut(2, code + ' ' + cause.code); }`);
    const { stderr } = await run(['bash', '-c', script, 'bash', ...command]);
    expect(stderr).toBe('OUTPUT_UNWRITABLE ENOSPC');
  });
});
