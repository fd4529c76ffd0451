import { basename } from 'node:path';
import { beforeAll } from 'vitest';

/** Files whose tests may be run a second time, and why. */
const RETRIED: Readonly<Record<string, string>> = {
  'login-imds-faults.test.ts': 'the program gives each request a second, on a busy machine too',
  'login-load.test.ts': 'the program gives each request a second, on a busy machine too',
  'verify-install.test.ts': 'the program gives each request a second, on a busy machine too',
};

/** What of a task of vitest is used here. */
interface Task {
  readonly name: string;
  readonly tasks?: readonly Task[];
  retry?: unknown;
}

function retryOnce(task: Task): void {
  if (task.tasks === undefined) task.retry = 1;
  else task.tasks.forEach(retryOnce);
}

// vitest reads the first parameter as a list of fixtures: none is wanted.
beforeAll(({}, file) => {
  if (Object.hasOwn(RETRIED, basename(file.name))) retryOnce(file);
});
