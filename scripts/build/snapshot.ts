// The bundle's entry: the program, and what happens once, while its startup snapshot is made.
import '../../src/main.ts';
import { startupSnapshot } from 'node:v8';
import { warmUp } from './warm-up.ts';

if (startupSnapshot.isBuildingSnapshot()) {
  warmUp().catch((error: unknown) => {
    // A failed warm-up must fail the build.
    process.stderr.write(`${String(error)}\n`);
    process.exit(1);
  });
}
