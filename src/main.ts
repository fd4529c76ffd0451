import { basename } from 'node:path';
import { startupSnapshot } from 'node:v8';
import { realEdges, type Edges } from './edges.ts';
import { endWithBug, runLogin } from './login/login.ts';
import { Run } from './login/run.ts';
import { parseFingerprint } from './ssh/fingerprint.ts';

/** The name under which sshd configurations call the program; a symlink to it. */
const LOGIN_NAME = 'eic_run_authorized_keys';
const LOGIN_COMMAND = 'authorized-keys';

function start(): void {
  const edges = realEdges(new Run());
  let isEnding = false;
  const end = (error: unknown): void => {
    isEnding = true;
    void endWithBug(error, edges).then((exitCode) => process.exit(exitCode));
  };
  process.on('uncaughtException', end);
  main(edges).then((exitCode) => {
    // The bug's own ending exits when it has been logged.
    if (!isEnding) process.exit(exitCode);
  }, end);
}

function main(edges: Edges): Promise<number> {
  const given = process.argv.slice(2);
  const asked = questionOfSshd(given, edges.run);
  return asked === undefined ? runForPerson(given, edges) : runLogin(asked, edges);
}

/**
 * The arguments of a call as sshd makes it, or undefined for a person's. Under the name that is sshd's own whatever
 * follows is a user's name, and may begin with a dash; behind the command an option tells a person, unless a fingerprint
 * stands behind it.
 */
function questionOfSshd(given: readonly string[], run: Run): readonly string[] | undefined {
  if (basename(process.argv0) === LOGIN_NAME) {
    if (given[0]?.startsWith('-') === true) run.write(2, `see "ec2-instance-connect --help"\n`);
    return given;
  }
  const [command, ...rest] = given;
  if (command !== LOGIN_COMMAND) return undefined;
  const [, fingerprint, ...tokens] = rest;
  const isPair =
    parseFingerprint(fingerprint ?? '') !== undefined &&
    tokens.every((token) => /^[A-Za-z]=/.test(token));
  return isPair || !rest.some((argument) => argument.startsWith('-')) ? rest : undefined;
}

/** yargs is loaded only here. It asks for the working folder, which may be gone, or closed to this user. */
async function runForPerson(args: readonly string[], edges: Edges): Promise<number> {
  try {
    process.cwd();
  } catch {
    process.chdir('/');
  }
  const { runProgram } = await import('./cli/program.ts');
  return runProgram(args, edges);
}

// The compiled program is a startup snapshot: it is made at build time and begins here at run time.
if (startupSnapshot.isBuildingSnapshot()) {
  startupSnapshot.setDeserializeMainFunction(start);
} else {
  start();
}
