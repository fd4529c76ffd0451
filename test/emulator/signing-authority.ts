import { constants, createHash, sign, type KeyObject } from 'node:crypto';
import {
  goodSingle,
  instanceConnectChain,
  issueLeaf,
  issueResponder,
  ocspError,
  ocspResponse,
  testKey,
  type InstanceConnectChain,
  type NamedStaple,
  type OcspSpec,
  type SingleSpec,
  type TestCertificate,
} from '../pki/index.ts';
import type { Material } from './material.ts';

/** What the authority is made for. */
export interface AuthorityOptions {
  /** The time around which everything is valid, Unix seconds. */
  readonly now: number;
  readonly region: string;
  readonly domain: string;
  /** Keys that no other run has, instead of the cached test keys; takes about a second. */
  readonly fresh?: boolean;
}

/** The chain and the staples as the metadata service serves them. */
export interface SignerDocuments {
  readonly chainPem: string;
  readonly staples: readonly NamedStaple[];
}

interface Link {
  readonly certificate: TestCertificate;
  readonly issuer: TestCertificate;
}

const DAY = 86_400;

/**
 * The CA behind the emulated service: a root, its signer chain in the shape that AWS serves, the staples,
 * and the signer's key. What it serves follows the `Material` that is asked for.
 */
export class SigningAuthority {
  readonly #options: AuthorityOptions;
  readonly #chain: InstanceConnectChain;
  readonly #documents = new Map<string, SignerDocuments>();
  readonly #signatures = new Map<string, Buffer>();

  constructor(options: AuthorityOptions) {
    this.#options = options;
    this.#chain = instanceConnectChain({ ...options, slot: 'emulator' });
  }

  /** The root certificate that a host must trust. */
  get rootPem(): string {
    return this.#chain.root.pem;
  }

  /** The chain and staples for this material; made once and kept. */
  documents(material: Material): SignerDocuments {
    const id = [material.chain, material.staples, material.stapleNames].join(' ');
    const known = this.#documents.get(id);
    if (known !== undefined) return known;
    const documents = this.#makeDocuments(material);
    this.#documents.set(id, documents);
    return documents;
  }

  /** Makes what the material needs now: keys take longer than a request may, and requests wait for nothing here. */
  prepare(material: Material): void {
    this.documents(material);
    this.#signingKey(material);
  }

  /** Signs the data of one block: RSA-PSS with SHA-256 and a salt of 32 bytes, unless told otherwise. */
  sign(data: string, material: Material): Buffer {
    // Every read of a blob asks for the same signatures again; hundreds of keys would cost a second.
    const id = [material.chain, material.signature, data].join(' ');
    const known = this.#signatures.get(id);
    if (known !== undefined) return known;
    const signature = sign('sha256', Buffer.from(data), {
      key: this.#signingKey(material),
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: material.signature === 'short-salt' ? 20 : 32,
    });
    if (this.#signatures.size > 5000) this.#signatures.clear();
    this.#signatures.set(id, signature);
    return signature;
  }

  #signingKey(material: Material): KeyObject {
    if (material.signature === 'foreign-key') return testKey('rsa2048', 'stranger').privateKey;
    return this.#chainFor(material).leaf.key.privateKey;
  }

  #chainFor(material: Material): InstanceConnectChain {
    if (material.chain === 'other-ca') {
      return instanceConnectChain({ ...this.#options, fresh: false, slot: 'other-ca' });
    }
    return material.chain === 'other-name' ? this.#misnamed() : this.#chain;
  }

  #misnamed(): InstanceConnectChain {
    const name = `managed-ssh-signer.${this.#options.region}.example.com`;
    const leaf = issueLeaf({
      subject: [['CN', name]],
      dns: [name],
      key: this.#chain.leaf.key,
      issuedBy: this.#chain.intermediate,
      notBefore: this.#options.now - 30 * DAY,
      notAfter: this.#options.now + 300 * DAY,
    });
    return { ...this.#chain, signerName: name, leaf };
  }

  #makeDocuments(material: Material): SignerDocuments {
    if (material.chain === 'garbage') return { chainPem: 'not a certificate\n', staples: [] };
    const chain = this.#chainFor(material);
    const links: Link[] = [
      { certificate: chain.leaf, issuer: chain.intermediate },
      { certificate: chain.intermediate, issuer: chain.root },
      { certificate: chain.crossSignedRoot, issuer: chain.olderRoot },
    ];
    const served = [chain.leaf, chain.intermediate, chain.crossSignedRoot, chain.olderRoot];
    const short = material.chain === 'leaf-and-intermediate';
    const stapled = links
      .slice(material.staples === 'leaf-missing' ? 1 : 0, short ? 2 : 3)
      .map((link) => ({
        name: this.#stapleName(link.certificate, material),
        der: this.#staple(link, material),
      }));
    return {
      chainPem: served
        .slice(0, short ? 2 : 4)
        .map((certificate) => certificate.pem)
        .join(''),
      staples: material.staples === 'none' ? [] : stapled,
    };
  }

  #stapleName(certificate: TestCertificate, material: Material): string {
    return createHash(material.stapleNames).update(certificate.der).digest('hex').toUpperCase();
  }

  #staple(link: Link, material: Material): Buffer {
    const { now } = this.#options;
    const good = goodSingle(link.certificate, link.issuer, now);
    switch (material.staples) {
      case 'garbage':
        return Buffer.from('not an OCSP response');
      case 'error-status':
        return ocspError(3);
      case 'expired':
        return this.#respond(link, {
          ...good,
          thisUpdate: now - 9 * DAY,
          nextUpdate: now - 2 * DAY,
        });
      case 'revoked':
      case 'unknown':
        return this.#respond(link, { ...good, status: material.staples });
      case 'delegated':
        return this.#respond(link, good, this.#delegate(link.issuer));
      default:
        return this.#respond(link, good);
    }
  }

  #respond(link: Link, single: SingleSpec, delegate?: TestCertificate): Buffer {
    const common = { singles: [single], producedAt: single.thisUpdate };
    const spec: OcspSpec =
      delegate === undefined
        ? { ...common, responder: link.issuer }
        : { ...common, responder: delegate, embed: [delegate] };
    return ocspResponse(spec);
  }

  #delegate(issuer: TestCertificate): TestCertificate {
    return issueResponder({
      subject: 'Emulator OCSP Responder',
      key: testKey('rsa2048', 'emulator-responder'),
      issuedBy: issuer,
      notBefore: this.#options.now - DAY,
      notAfter: this.#options.now + 30 * DAY,
    });
  }
}
