import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { handleApi } from './api.ts';
import type { EmulatorConfig } from './config.ts';
import { handleControl } from './control.ts';
import { RequestCounter, type ServiceCounters } from './counters.ts';
import { FaultTable, type DrawnFault, type FaultRule } from './faults.ts';
import { dated, type HttpRequest, type HttpResponse } from './http.ts';
import { startListener, type Listener, type RunningListener } from './http-server.ts';
import { handleImds } from './imds.ts';
import { DEFAULT_MATERIAL, type Material } from './material.ts';
import { SigningAuthority } from './signing-authority.ts';
import { Store, type PushedKey } from './store.ts';

/** Where an emulator listens and writes; addresses as `Listener.address` has them. */
export interface EmulatorOptions {
  readonly config: EmulatorConfig;
  readonly imds?: readonly string[];
  readonly api?: readonly string[];
  /** The control endpoint; none when left out. */
  readonly control?: string;
  /** CloudTrail records are appended here, one JSON document a line. */
  readonly trail?: string;
  /** Unix seconds; the machine's clock when left out. */
  readonly clock?: () => number;
  /** Keys of its own for the signing CA (slower). */
  readonly freshKeys?: boolean;
}

/** Where a running emulator really listens. */
export interface EmulatorAddresses {
  readonly imds: readonly string[];
  readonly api: readonly string[];
  readonly control: readonly string[];
}

/** The counters of both services. */
export interface EmulatorCounters {
  readonly imds: ServiceCounters;
  readonly api: ServiceCounters;
}

/**
 * The metadata service and the API of one small account, served over HTTP:
 *
 *   const emulator = new Emulator({ config, imds: ['127.0.0.1:0'], api: ['127.0.0.1:0'] });
 *   const { imds, api } = await emulator.start();
 *   emulator.setFaults([{ service: 'imds', path: '*', count: 1, action: { kind: 'reset' } }]);
 *   emulator.setMaterial({ ...DEFAULT_MATERIAL, staples: 'revoked' });
 *   await emulator.stop();
 */
export class Emulator {
  readonly #options: EmulatorOptions;
  readonly #clock: () => number;
  readonly #store = new Store();
  readonly #authority: SigningAuthority;
  readonly #faults = new FaultTable();
  readonly #imdsCounter = new RequestCounter();
  readonly #apiCounter = new RequestCounter();
  /** Unix seconds; sessions of temporary credentials began then. */
  readonly #startedAt: number;
  #material = DEFAULT_MATERIAL;
  #clockOffset = 0;
  #running: RunningListener[] = [];

  constructor(options: EmulatorOptions) {
    this.#options = options;
    this.#clock = options.clock ?? ((): number => Date.now() / 1000);
    const { region, domain } = options.config;
    const now = Math.floor(this.#clock());
    this.#startedAt = now;
    this.#authority = new SigningAuthority({
      now,
      region,
      domain,
      fresh: options.freshKeys ?? false,
    });
  }

  /** Binds every address; when one fails, frees the others and rejects. */
  async start(): Promise<EmulatorAddresses> {
    const { imds = [], api = [], control } = this.#options;
    try {
      return {
        imds: await this.#listen(imds, this.#imdsListener()),
        api: await this.#listen(api, this.#apiListener()),
        control: await this.#listen(control === undefined ? [] : [control], {
          handle: (request) => handleControl(request, this),
        }),
      };
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Ends every connection and frees the addresses. */
  async stop(): Promise<void> {
    await Promise.all(this.#running.map((listener) => listener.stop()));
    this.#running = [];
  }

  /** The root certificate of the signing CA, PEM. */
  get rootPem(): string {
    return this.#authority.rootPem;
  }

  /** The emulator's time, Unix seconds. */
  now(): number {
    return this.#clock() + this.#clockOffset;
  }

  /** Puts the emulator's clock ahead of (or behind) the real one, in seconds: keys die sooner. */
  setClockOffset(seconds: number): void {
    this.#clockOffset = seconds;
  }

  /** Switches these faults on and all others off. */
  setFaults(rules: readonly FaultRule[]): void {
    this.#faults.set(rules);
  }

  /** The faults that can still strike. */
  get faults(): readonly FaultRule[] {
    return this.#faults.rules;
  }

  /** Chooses how the signed material is served. */
  setMaterial(material: Material): void {
    this.#authority.prepare(material);
    this.#material = material;
  }

  /** How the signed material is served. */
  get material(): Material {
    return this.#material;
  }

  /** Puts keys into the store as if they had been pushed, past the API and its rules. */
  pushKeys(keys: readonly PushedKey[]): void {
    for (const key of keys) this.#store.push(key);
  }

  /** Forgets every pushed key. */
  clearKeys(): void {
    this.#store.clearKeys();
  }

  /** What came since the last reset. */
  counters(): EmulatorCounters {
    return { imds: this.#imdsCounter.snapshot(), api: this.#apiCounter.snapshot() };
  }

  /** Starts counting again. */
  resetCounters(): void {
    this.#imdsCounter.reset();
    this.#apiCounter.reset();
  }

  async #listen(
    addresses: readonly string[],
    listener: Omit<Listener, 'address'>,
  ): Promise<readonly string[]> {
    const bound: string[] = [];
    for (const address of addresses) {
      const running = await startListener({ ...listener, address });
      this.#running.push(running);
      bound.push(running.address);
    }
    return bound;
  }

  #imdsListener(): Omit<Listener, 'address'> {
    return {
      counter: this.#imdsCounter,
      draw: (method, path) => this.#faults.draw('imds', method, path),
      handle: (request) => {
        const [store, authority, material] = [this.#store, this.#authority, this.#material];
        const context = { config: this.#options.config, store, authority, material };
        return this.#dated((now) => handleImds(request, context, now));
      },
    };
  }

  #apiListener(): Omit<Listener, 'address'> {
    return {
      counter: this.#apiCounter,
      draw: (method, path) => this.#faults.draw('api', method, path),
      handle: (request, fault) => this.#dated((now) => this.#answerApi(request, fault, now)),
    };
  }

  /** Both services have the emulator's clock: what they decide by is what their answers say. */
  #dated(answer: (now: number) => HttpResponse): HttpResponse {
    const now = this.now();
    return dated(answer(now), now);
  }

  #answerApi(request: HttpRequest, { action }: DrawnFault, now: number): HttpResponse {
    const forced = action?.kind === 'api-error' ? { forcedError: action.code } : {};
    const { config, trail } = this.#options;
    const common = { config, store: this.#store, newId: randomUUID, issuedAt: this.#startedAt };
    const { response, record } = handleApi(request, { ...common, ...forced }, now);
    if (record !== undefined && trail !== undefined) {
      appendFileSync(trail, `${JSON.stringify(record)}\n`);
    }
    return response;
  }
}
