/** Behind `npm run emulator`: a stand-in for AWS, for whoever develops against EC2 Instance Connect. */
import { runStandalone } from '../test/emulator/standalone.ts';

process.exitCode = await runStandalone(process.argv.slice(2));
