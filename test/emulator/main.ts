import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parseConfig } from './config.ts';
import { Emulator } from './emulator.ts';

const HELP = `usage: node test/emulator/main.ts --config FILE [options]

Emulates the instance metadata service, SendSSHPublicKey and DescribeInstances until SIGTERM or SIGINT.
When it serves, it prints one line: ready {"imds":[…],"api":[…],"control":[…]}

  --config FILE      instances, principals with their IAM policies, region, domain (JSON, see config.ts)
  --imds ADDRESS     metadata service; may be given more than once
  --api ADDRESS      AWS API endpoint; may be given more than once
  --control ADDRESS  faults, material, clock, keys, counters (see control.ts); loopback or Unix socket
  --trail FILE       append CloudTrail records here
  --root FILE        write the signing CA's root certificate here
  --ahead SECONDS    the service's clock is so far ahead of this machine's; behind it with a minus
  --fresh-keys       make new keys for the signing CA instead of the cached test keys

ADDRESS is host:port, [v6]:port, or the path of a Unix socket; port 0 lets the system choose.
`;

const { values } = parseArgs({
  options: {
    config: { type: 'string' },
    imds: { type: 'string', multiple: true },
    api: { type: 'string', multiple: true },
    control: { type: 'string' },
    trail: { type: 'string' },
    root: { type: 'string' },
    ahead: { type: 'string', default: '0' },
    'fresh-keys': { type: 'boolean' },
    help: { type: 'boolean' },
  },
});

if (values.help === true || values.config === undefined) {
  process.stdout.write(HELP);
  process.exit(values.help === true ? 0 : 2);
}
// Whoever reaches the control endpoint may have any key signed.
if (values.control !== undefined && !/^(\/|127\.|localhost:|\[::1\])/.test(values.control)) {
  process.stderr.write(
    `emulator: expected a loopback address for --control, got ${values.control}\n`,
  );
  process.exit(2);
}

if (!/^-?\d{1,9}$/.test(values.ahead)) {
  process.stderr.write(`emulator: expected seconds for --ahead, got ${values.ahead}\n`);
  process.exit(2);
}

const ahead = Number(values.ahead);
const emulator = new Emulator({
  config: parseConfig(JSON.parse(readFileSync(values.config, 'utf8'))),
  imds: values.imds ?? [],
  api: values.api ?? [],
  freshKeys: values['fresh-keys'] ?? false,
  clock: () => Date.now() / 1000 + ahead,
  ...(values.control === undefined ? {} : { control: values.control }),
  ...(values.trail === undefined ? {} : { trail: values.trail }),
});
if (values.root !== undefined) writeFileSync(values.root, emulator.rootPem);
const addresses = await emulator.start();
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void emulator.stop());
}
process.stdout.write(`ready ${JSON.stringify(addresses)}\n`);
