import { derInteger, derOid, derSequence, oids } from '@onelock/core/asn1';
import { encodePem, fromBase64, toBase64 } from '@onelock/core/bytes';
import type { CryptoOps, KeyKind } from '@onelock/core/crypto';
import { encodeLoginToken, type LoginTokenWire, loginScheme, loginToBeSigned } from '@onelock/core/login';
import { parseOcspRequest } from '@onelock/core/revocation';
import type { Certificate } from '@onelock/core/x509';
import {
  basicConstraints,
  extension,
  general,
  type KeyPair,
  keyUsage,
  makeCertificate,
  name,
} from '../../../core/test/support/test-ca.ts';
import { type CrlSpec, distributionPoints, type EntrySpec, makeCrl } from '../../../core/test/support/test-crl.ts';
import { makeResponse, type ResponseSpec } from '../../../core/test/support/test-ocsp.ts';
import type { ServiceConfig } from '../../src/config.ts';
import type { CaSources } from '../../src/services/ports/evidence-store.ts';
import { type Answer, createTestService, type TestService } from './service.ts';
import { type ReceivedRequest, SourceDouble } from './source-double.ts';

/** The moment of the service's clock when it starts. */
export const start = new Date('2026-06-01T00:00:00Z');
export const hours = (count: number, from = start): Date => new Date(from.getTime() + count * 3_600_000);

/** Short waits, and the machine's own addresses allowed for listed sources. */
export const evidenceSettings: Partial<ServiceConfig> = {
  outbound: true,
  outboundNetworks: ['127.0.0.1/32'],
  evidenceWaitMs: 20_000,
  ocspTimeoutMs: 1_000,
  crlTimeoutMs: 1_000,
  crlLimitBytes: 1_000_000,
  callerRequestsPerMinute: 1_000_000,
};

export interface LeafSpec {
  readonly serial: number;
  readonly crl?: string;
  readonly ocsp?: string;
  readonly caIssuers?: string;
  readonly issuer?: { readonly name: Uint8Array; readonly key: KeyPair };
}

/** A CA with its key at hand, registered with a service, and a double of its sources. */
export class EvidenceWorld {
  readonly service: TestService;
  readonly double: SourceDouble;
  readonly ops: CryptoOps;
  readonly issuer: { readonly name: Uint8Array; readonly key: KeyPair };
  readonly anchor: Certificate;
  readonly caId: string;
  readonly #leafKey: KeyPair;
  #platform: string | undefined;

  private constructor(
    parts: Pick<EvidenceWorld, 'service' | 'double' | 'issuer' | 'anchor' | 'caId'>,
    leafKey: KeyPair,
  ) {
    this.service = parts.service;
    this.double = parts.double;
    this.issuer = parts.issuer;
    this.anchor = parts.anchor;
    this.caId = parts.caId;
    this.ops = parts.service.ports.ops;
    this.#leafKey = leafKey;
  }

  static async create(kind: KeyKind, settings: Partial<ServiceConfig> = {}): Promise<EvidenceWorld> {
    const service = await createTestService({ ...evidenceSettings, ...settings }, start);
    const double = await SourceDouble.start();
    const { ops } = service.ports;
    const issuer = { name: name('证据 CA'), key: ops.generateKeyPair(kind) };
    const anchor = makeCertificate(
      { subject: issuer.name, key: issuer.key, issuer, extensions: [basicConstraints(), keyUsage(5, 6)] },
      ops,
    );
    const registered = await service.call('POST', '/v1/cas', {
      token: service.administrator,
      body: { name: '证据 CA', anchors: [toBase64(anchor.der)] },
    });
    const caId: string = registered.body.id;
    return new EvidenceWorld({ service, double, issuer, anchor, caId }, ops.generateKeyPair(kind));
  }

  async setSources(sources: Partial<CaSources>): Promise<void> {
    const { status, body } = await this.service.call('PUT', `/v1/cas/${this.caId}/sources`, {
      token: this.service.administrator,
      body: sources,
    });
    if (status !== 200) throw new Error(JSON.stringify(body));
  }

  /** Lists at paths of the double. */
  useLists(...paths: readonly string[]): Promise<void> {
    return this.setSources({ crl: paths.map((path) => ({ url: this.double.url(path) })) });
  }

  useResponder(path: string, more: Partial<CaSources> = {}): Promise<void> {
    return this.setSources({ ocsp: [{ url: this.double.url(path) }], ...more });
  }

  leaf({ serial, crl, ocsp, caIssuers, issuer = this.issuer }: LeafSpec): Certificate {
    const access = [
      ...(ocsp === undefined ? [] : [derSequence(derOid(oids.ocspAccess), general.uri(ocsp))]),
      ...(caIssuers === undefined ? [] : [derSequence(derOid(oids.caIssuersAccess), general.uri(caIssuers))]),
    ];
    const extensions = [
      keyUsage(0, 1),
      ...(crl === undefined ? [] : [distributionPoints({ names: [general.uri(crl)] })]),
      ...(access.length === 0 ? [] : [extension(oids.authorityInfoAccess, false, derSequence(...access))]),
    ];
    return makeCertificate(
      { subject: name(`leaf ${serial}`), key: this.#leafKey, issuer, serial, extensions },
      this.ops,
    );
  }

  crl(spec: Partial<CrlSpec> = {}): Uint8Array {
    return makeCrl(
      { issuer: this.issuer, thisUpdate: hours(-1), nextUpdate: hours(24), number: 10, ...spec },
      this.ops,
    );
  }

  /** A list that revokes these serial numbers. */
  revoking(serials: readonly number[], spec: Partial<CrlSpec> = {}): Uint8Array {
    const entries = serials.map((serial): EntrySpec => ({ serial, reason: 1, at: hours(-48) }));
    return this.crl({ entries, ...spec });
  }

  /** What an honest responder answers to a request about one of these certificates, the nonce included. */
  respond(leaves: readonly Certificate[], spec: Partial<ResponseSpec> = {}): (request: ReceivedRequest) => Uint8Array {
    return ({ method, path, body }) => {
      const der = method === 'GET' ? fromPath(path) : body;
      const { certificateIds, nonce } = parseOcspRequest(der);
      const serial = Buffer.from(certificateIds[0]?.serialNumberBytes ?? []);
      const leaf = leaves.find(({ serialNumberBytes }) => serial.equals(serialNumberBytes));
      if (leaf === undefined) return Uint8Array.of(0x30, 3, 0x0a, 1, 6);
      const echo =
        nonce === undefined ? [] : [extension(oids.ocspNonce, false, Uint8Array.of(4, nonce.length, ...nonce))];
      return makeResponse(
        {
          ...{ leaf, issuer: this.anchor, key: this.issuer.key, extensions: echo },
          ...{ thisUpdate: hours(-1), nextUpdate: hours(12), ...spec },
        },
        this.ops,
      );
    };
  }

  async validate(certificate: Certificate, more: object = {}): Promise<Answer> {
    return this.service.call('POST', '/v1/certificates/validate', {
      token: this.service.administrator,
      body: { certificate: encodePem('CERTIFICATE', certificate.der), ...more },
    });
  }

  /** What a login by one of these certificates is answered with. */
  async login(certificate: Certificate): Promise<Answer> {
    const origin = 'https://bid.example.cn';
    this.#platform ??= await this.service.caller('platform', { origins: [origin] });
    const token = this.#platform;
    const opened = await this.service.call('POST', '/v1/challenges', { token, body: { origin } });
    const signed = this.signLogin(certificate, origin, opened.body.challenge);
    return this.service.call('POST', '/v1/logins', { token, body: { token: signed } });
  }

  /** What an agent with the key of these certificates signs at an origin. */
  signLogin({ der, publicKey }: Certificate, origin: string, challengeBase64: string): LoginTokenWire {
    const challenge = fromBase64(challengeBase64);
    const scheme = loginScheme(publicKey);
    const statement = { purpose: 'login', origin, challenge, certificate: der, digest: scheme.digest } as const;
    const toBeSigned = loginToBeSigned(statement, this.ops);
    const signature = this.ops.sign(this.#leafKey.privateKey, scheme.signature, toBeSigned);
    return encodeLoginToken({ version: 1, origin, challenge, certificate: der, algorithm: scheme.id, signature });
  }

  async sources(): Promise<Answer['body']['items']> {
    const { body } = await this.service.call('GET', `/v1/evidence-sources?ca=${this.caId}`, {
      token: this.service.administrator,
    });
    return body.items;
  }

  async audit(action: string): Promise<Answer['body']['items']> {
    const { body } = await this.service.call('GET', `/v1/audit?action=${action}&limit=200`, {
      token: this.service.administrator,
    });
    return body.items;
  }

  async close(): Promise<void> {
    await this.double.stop();
    await this.service.close();
  }
}

function fromPath(path: string): Uint8Array {
  return new Uint8Array(Buffer.from(decodeURIComponent(path.split('/').at(-1) ?? ''), 'base64'));
}

/** deltaCRLIndicator. */
export const deltaOf = (base: number): Uint8Array => extension(oids.deltaCrlIndicator, true, derInteger(base));
