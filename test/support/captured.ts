import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { VerifyKeysOptions } from '../../src/cli/verify-keys.ts';
import { chain, INSTANCE, NOW } from './signed-blobs.ts';

/** Captured material in files, for `verify-keys`. */
export class Captured implements Disposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'captured-'));
  readonly options: VerifyKeysOptions;

  /** Everything that makes the blob's good blocks acceptable; a test may change files and options. */
  constructor(blob: Buffer) {
    mkdirSync(join(this.folder, 'staples'));
    this.options = {
      keys: this.write('keys', blob),
      signerCert: this.write('chain.pem', chain.chainPem),
      signerOcsp: join(this.folder, 'staples'),
      instanceId: INSTANCE,
      signerName: chain.signerName,
      trustAnchors: this.write('anchors.pem', chain.root.pem),
      at: NOW,
    };
    for (const [index, { der }] of chain.staples.entries()) {
      // Whatever its name, as IMDS serves it or as people keep it.
      this.write(`staples/${index}.any`, index === 0 ? der.toString('base64') : der);
    }
  }

  /** Puts a file into the folder. */
  write(name: string, content: string | Buffer): string {
    const path = join(this.folder, name);
    writeFileSync(path, content);
    return path;
  }

  /** The command line; undefined leaves an option out. */
  args(changes: Readonly<Record<string, string | undefined>> = {}): readonly string[] {
    const { keys, signerCert, signerOcsp, instanceId, signerName, trustAnchors, at } = this.options;
    const options: Readonly<Record<string, string | undefined>> = {
      keys,
      'signer-cert': signerCert,
      'signer-ocsp': signerOcsp,
      'instance-id': instanceId,
      'signer-name': signerName,
      'trust-anchors': trustAnchors,
      at: String(at),
      ...changes,
    };
    const given = Object.entries(options);
    return [
      'verify-keys',
      ...given.flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, value])),
    ];
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true });
  }
}
