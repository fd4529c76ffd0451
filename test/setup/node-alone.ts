import { dirname } from 'node:path';

// Whoever needs another program than Node belongs to the project `host`.
process.env['PATH'] = dirname(process.execPath);
