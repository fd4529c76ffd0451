/** Says where in the sources a stack of a release stands: scripts/symbolize.ts RELEASE.map <LOG */
import { readFileSync } from 'node:fs';
import { symbolize } from './build/symbols.ts';

const [map, ...more] = process.argv.slice(2);
if (map === undefined || more.length > 0) {
  console.error('usage: node scripts/symbolize.ts ec2-instance-connect_VERSION.map <LOG');
  process.exit(2);
}
process.stdout.write(symbolize(readFileSync(0, 'utf8'), readFileSync(map, 'utf8')));
