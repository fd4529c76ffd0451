import type { Plugin } from 'esbuild';

/**
 * What is left out of the bundle: parts of the packages that this program never uses and that cost
 * start-up time or memory at every login. Each stub fails loudly if it is used after all.
 */
const STUBS: readonly {
  readonly filter: RegExp;
  readonly importer: RegExp;
  readonly contents: string;
}[] = [
  // IMDS is plain http and redirects are never followed, so node-fetch needs no TLS ...
  { filter: /^node:https$/, importer: /node-fetch/, contents: refusing('https') },
  // ... and compression is switched off ...
  { filter: /^node:zlib$/, importer: /node-fetch/, contents: refusing('zlib') },
  // ... and bodies are bytes, neither forms nor blobs nor data: URLs.
  {
    filter: /^fetch-blob(\/from\.js)?$/,
    importer: /node-fetch/,
    contents: `export default class Blob {}
export class File {}
${['fileFromSync', 'fileFrom', 'blobFromSync', 'blobFrom'].map(refusingExport).join('\n')}
export { Blob };`,
  },
  {
    filter: /^formdata-polyfill/,
    importer: /node-fetch/,
    contents: `export class FormData {}\n${refusingExport('formDataToBlob')}`,
  },
  {
    filter: /^data-uri-to-buffer$/,
    importer: /node-fetch/,
    contents: `export default function dataUriToBuffer() { throw new Error('left out: data-uri-to-buffer'); }`,
  },
  {
    filter: /multipart-parser\.js$/,
    importer: /node-fetch/,
    contents: refusingExport('toFormData'),
  },
  // Its top level looks into node:http, which cannot be loaded while the startup snapshot is made.
  {
    filter: /^node:http$/,
    importer: /node-fetch.src.headers/,
    contents: `import { validateHeaderName, validateHeaderValue } from 'node:http';
export default {
  validateHeaderName: (...args) => validateHeaderName(...args),
  validateHeaderValue: (...args) => validateHeaderValue(...args),
};`,
  },
  // pino's transports start worker threads; ours is a plain destination.
  {
    filter: /^\.(\/lib)?\/transport$/,
    importer: /pino/,
    contents: `export default function transport() { throw new Error('left out: pino transports'); }`,
  },
  {
    filter: /^sonic-boom$/,
    importer: /pino/,
    contents: `module.exports = class SonicBoom { constructor() { throw new Error('left out: sonic-boom'); } };`,
  },
  // It notes the time at which it is loaded: no two startup snapshots would be the same.
  {
    filter: /^\.(\/lib)?\/time$/,
    importer: /pino/,
    contents: `export const nullTime = () => '';
export const epochTime = () => ',"time":' + Date.now();
${['unixTime', 'isoTime', 'isoTimeNano'].map(refusingExport).join('\n')}`,
  },
  { filter: /^worker_threads$/, importer: /pino/, contents: 'export const isMainThread = true;' },
];

function refusing(name: string): string {
  return `export default new Proxy({}, { get() { throw new Error('left out: ${name}'); } });`;
}

function refusingExport(name: string): string {
  return `export function ${name}() { throw new Error('left out: ${name}'); }`;
}

/** Replaces the parts of STUBS while bundling. */
export const trim: Plugin = {
  name: 'trim',
  setup(build) {
    STUBS.forEach(({ filter, importer, contents }, index) => {
      build.onResolve({ filter }, (args) =>
        importer.test(args.importer) ? { path: `stub-${index}`, namespace: 'stub' } : undefined,
      );
      build.onLoad({ filter: new RegExp(`^stub-${index}$`), namespace: 'stub' }, () => ({
        contents,
      }));
    });
  },
};
