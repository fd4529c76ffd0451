import { request, type RequestOptions } from 'node:http';
import type { EmulatorCounters } from './emulator.ts';
import type { FaultRule } from './faults.ts';
import { parseAddress } from './http-server.ts';
import type { Material } from './material.ts';
import type { PushedKey } from './store.ts';

/** A key for the store; what is left out is filled in by the emulator. */
export type KeyToPush = Pick<PushedKey, 'instanceId' | 'osUser' | 'publicKey'> & Partial<PushedKey>;

/** Switches of an emulator in another process, through its control endpoint. */
export class ControlClient {
  readonly #target: RequestOptions;

  /** @param address as the emulator's `--control` has it: `host:port` or the path of a Unix socket */
  constructor(address: string) {
    const { host, port, path } = parseAddress(address);
    this.#target = path === undefined ? { host, port } : { socketPath: path };
  }

  /** Switches these faults on and all others off. */
  async setFaults(rules: readonly FaultRule[]): Promise<void> {
    await this.#call('PUT', '/faults', rules);
  }

  /** Chooses how the signed material is served; what is left out is as the real service does it. */
  async setMaterial(material: Partial<Material>): Promise<void> {
    await this.#call('PUT', '/material', material);
  }

  /** Puts the emulator's clock ahead of the real one, in seconds. */
  async setClockOffset(offset: number): Promise<void> {
    await this.#call('PUT', '/clock', { offset });
  }

  /** Puts keys into the store past the API and its rules. */
  async pushKeys(keys: readonly KeyToPush[]): Promise<void> {
    await this.#call('POST', '/keys', keys);
  }

  /** Forgets pushed keys, faults, material, clock offset and counters. */
  async reset(): Promise<void> {
    for (const path of ['/keys', '/faults', '/material', '/counters']) {
      await this.#call('DELETE', path);
    }
    await this.setClockOffset(0);
  }

  /** What came since the last reset. */
  async counters(): Promise<EmulatorCounters> {
    return JSON.parse(await this.#call('GET', '/counters')) as EmulatorCounters;
  }

  /** Starts counting again. */
  async resetCounters(): Promise<void> {
    await this.#call('DELETE', '/counters');
  }

  async #call(method: string, path: string, body?: unknown): Promise<string> {
    const { status, text } = await this.#send(method, path, body);
    if (status !== 200) throw new Error(`${method} ${path}: status ${status}: ${text.trim()}`);
    return text;
  }

  #send(method: string, path: string, body: unknown): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const outgoing = request({ ...this.#target, method, path, agent: false }, (incoming) => {
        let text = '';
        incoming.setEncoding('utf8');
        incoming.on('data', (chunk: string) => (text += chunk));
        incoming.on('end', () => {
          resolve({ status: incoming.statusCode ?? 0, text });
        });
        incoming.on('error', reject);
      });
      outgoing.on('error', reject);
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}
