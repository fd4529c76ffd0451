import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CommandResult } from '../rig/run.ts';
import { HELPERS_DIRECTORY } from '../../src/helpers/names.ts';
import {
  LONELY_INSTANCE,
  NO_INSTANCE,
  runOn,
  type PrivateMachine,
} from '../support/private-machine.ts';

const MAIN = join(import.meta.dirname, '../../src/main.ts');

/** Calls the program under a name. */
function call(
  name: string,
  args: readonly string[],
  machine = NO_INSTANCE,
): Promise<CommandResult> {
  const script = `exec -a ${name} "$@"`;
  return runOn(machine, ['bash', '-c', script, 'bash', process.execPath, MAIN, ...args]);
}

const LOGIN = '/opt/aws/bin/eic_run_authorized_keys';
const PROGRAM = '/usr/bin/ec2-instance-connect';
const FINGERPRINT = `SHA256:${'A'.repeat(43)}`;
const SILENCE = { status: 0, stdout: '', stderr: '' };

describe('the program, by its name', () => {
  it.each([
    ['the name that sshd configurations have', LOGIN, ['alice']],
    ['that name and a fingerprint', LOGIN, ['alice', FINGERPRINT]],
    ['that name, for a user who is called like a command', LOGIN, ['verify-keys']],
    ['the command', PROGRAM, ['authorized-keys', 'alice']],
  ])('answers sshd under %s', async (_, name, args) => {
    expect(await call(name, args)).toMatchObject(SILENCE);
  });

  it('tells sshd that its line is wrong, not how the program is used', async () => {
    const { status, stdout, stderr } = await call(LOGIN, []);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('<user>');
  });

  it.each([
    [LOGIN, ['--help', FINGERPRINT]],
    [LOGIN, ['-V']],
    [PROGRAM, ['authorized-keys', '--explain', FINGERPRINT]],
  ])('under %s takes %j for a user whose name begins with a dash', async (name, args) => {
    expect(await call(name, args)).toMatchObject({ status: 0, stdout: '' });
  });

  it("points a person who uses the name that is sshd's to the help", async () => {
    const { stderr } = await call(LOGIN, ['--help']);
    expect(stderr).toBe('see "ec2-instance-connect --help"\n');
  });

  it('serves a person whose working folder is gone', async () => {
    const script = 'cd "$(mktemp -d)" && rmdir "$PWD" && exec "$@"';
    const command = ['bash', '-c', script, 'bash', process.execPath, MAIN, '--version'] as const;
    expect(await runOn(NO_INSTANCE, command)).toMatchObject({ status: 0, stderr: '' });
  });

  it('explains a login to a person, and prints no more to stdout than sshd gets', async () => {
    const { status, stdout, stderr } = await call(PROGRAM, [
      'authorized-keys',
      'alice',
      '--explain',
    ]);
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    expect(stderr).toContain('this is not an EC2 instance');
  });

  it('takes a user name of digits as it is written', async () => {
    const args = ['authorized-keys', '--explain', '007'];
    const { status, stderr } = await call(PROGRAM, args, LONELY_INSTANCE);
    expect(status).toBe(1);
    expect(stderr).toContain('no answer for 007:');
  });

  it('serves a person under its own name', async () => {
    expect(await call(PROGRAM, ['--version'])).toMatchObject({ status: 0, stderr: '' });
    expect(await call(PROGRAM, ['alice'])).toMatchObject({ status: 2, stdout: '' });
  });
});

describe('the program, when it meets an error of its own', () => {
  const SRC = join(import.meta.dirname, '../../src');
  /** Where a helper gives the login a line to print. */
  const WITH_HELPER: PrivateMachine = {
    ...NO_INSTANCE,
    files: { [`${HELPERS_DIRECTORY}/helper`]: '#!/bin/sh\necho line\n' },
    prepare: [`chmod 755 /etc ${HELPERS_DIRECTORY}/helper`],
  };
  const evaluate = (body: string): Promise<CommandResult> => {
    const load = `const load = (name) => import(${JSON.stringify(`${SRC}/`)} + name);
      const { endWithBug, runLogin } = await load('login/login.ts');
      const { Run } = await load('login/run.ts');
      const { realEdges } = await load('edges.ts');
      const run = new Run();
      const edges = realEdges(run);
      const end = async () => { process.exitCode = await endWithBug(new TypeError('ours'), edges); };`;
    const node = [process.execPath, '--input-type=module', '--eval', `${load}\n${body}`] as const;
    return runOn(WITH_HELPER, node);
  };

  it('prints nothing, says so and exits 70', async () => {
    const { status, stdout, stderr } = await evaluate('await end();');
    expect({ status, stdout }).toEqual({ status: 70, stdout: '' });
    expect(stderr).toContain('ours');
  });

  it('prints nothing afterwards either, although the run goes on', async () => {
    const { status, stdout } = await evaluate(
      `const ended = end(); run.write(1, 'line'); await runLogin(['alice'], edges); await ended;`,
    );
    expect({ status, stdout }).toEqual({ status: 70, stdout: '' });
  });

  it('keeps its exit code where the keys are out already', async () => {
    const { status, stdout, stderr } = await evaluate(
      `await runLogin(['alice'], edges); await end();`,
    );
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'line\n' });
    expect(stderr).toContain('ours');
  });
});
