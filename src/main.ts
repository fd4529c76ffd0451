import { basename } from 'node:path';
import { startupSnapshot } from 'node:v8';
import { endWithBug, runLogin } from './login/login.ts';

/** The name under which sshd configurations call the program; a symlink to it. */
const LOGIN_NAME = 'eic_run_authorized_keys';
const LOGIN_COMMAND = 'authorized-keys';

/** sshd's own calls have only plain arguments; whatever has an option comes from a person. */
async function main(): Promise<void> {
  const bug = { isEnding: false };
  process.on('uncaughtException', (error) => {
    bug.isEnding = true;
    endWithBug(error);
  });
  const given = process.argv.slice(2);
  const args = basename(process.argv0) === LOGIN_NAME ? [LOGIN_COMMAND, ...given] : given;
  const [command, ...rest] = args;
  const isLogin = command === LOGIN_COMMAND && !rest.some((argument) => argument.startsWith('-'));
  const exitCode = isLogin ? await runLogin(rest) : await runForPerson(args);
  // The bug's own ending exits when it has been logged.
  if (!bug.isEnding) process.exit(exitCode);
}

/** yargs is loaded only here. */
async function runForPerson(args: readonly string[]): Promise<number> {
  const { runProgram } = await import('./cli/program.ts');
  return runProgram(args);
}

function start(): void {
  main().catch(endWithBug);
}

// The compiled program is a startup snapshot: it is made at build time and begins here at run time.
if (startupSnapshot.isBuildingSnapshot()) {
  startupSnapshot.setDeserializeMainFunction(start);
} else {
  start();
}
