import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { derOid, derPrintableString, derSequence, derSetOf, derUtf8String, oids } from '@onelock/core/asn1';
import { toBase64 } from '@onelock/core/bytes';
import { prepareSignedData } from '@onelock/core/cms';
import type { KeyKind, PrivateKey, PublicKey } from '@onelock/core/crypto';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { type Extension, parseCertificate, prepareCertificateRequest } from '@onelock/core/x509';
import { type Authority, createAuthority } from '../../../demo/src/province/authorities.ts';
import { type Company, companies } from '../../../demo/src/province/companies.ts';
import { type EstServer, startEstServer } from '../../../demo/src/test-ca/est-server.ts';
import type { ServiceConfig } from '../../src/config.ts';
import { advanceApplications } from '../../src/services/applications/advance-applications.ts';
import { type Answer, createTestService, type TestService } from './service.ts';

export const start = new Date('2026-06-01T00:00:00Z');
export const password = 'a password of the test CA';
const ops = createNodeCrypto();

export interface Key {
  readonly publicKey: PublicKey;
  readonly privateKey: PrivateKey;
}

export interface RequestSpec {
  readonly company?: Company;
  readonly kind?: KeyKind;
  readonly key?: Key;
  readonly extensions?: readonly Extension[];
  /** Signed by another key than the one asked for. */
  readonly signer?: Key;
}

/** A request as an agent prepares it, before a key has signed it. */
export function prepareRequest(publicKey: PublicKey, spec: Pick<RequestSpec, 'company' | 'extensions'> = {}) {
  const { company = companies.builder } = spec;
  const attribute = (oid: string, value: Uint8Array): Uint8Array => derSetOf(derSequence(derOid(oid), value));
  const subjectDer = derSequence(
    attribute(oids.countryName, derPrintableString('CN')),
    attribute(oids.localityName, derUtf8String(company.locality)),
    attribute(oids.organizationName, derUtf8String(company.name)),
    attribute(oids.commonName, derUtf8String(company.name)),
  );
  const code = { oid: oids.organizationCode, critical: false, value: derPrintableString(company.code) };
  // Whoever signs with another key finds out from the service.
  const noCheck = { verify: () => true };
  return prepareCertificateRequest({ subjectDer, publicKey, extensions: spec.extensions ?? [code] }, noCheck);
}

/** What an agent's `createCertificateRequest` gives. */
export function makeRequest(spec: RequestSpec = {}): { readonly der: Uint8Array; readonly key: Key } {
  const { kind = { kind: 'sm2' } } = spec;
  const key = spec.key ?? ops.generateKeyPair(kind);
  const prepared = prepareRequest(key.publicKey, spec);
  const { privateKey } = spec.signer ?? key;
  return { der: prepared.assemble(ops.sign(privateKey, prepared.algorithm, prepared.toBeSigned)), key };
}

/** The old certificate's signature over a new request, as an agent's `signMessage` makes it. */
export function signRequest(request: Uint8Array, certificate: Uint8Array, key: Key, detached = true): Uint8Array {
  const prepared = prepareSignedData(
    { content: request, detached, certificate: parseCertificate(certificate), signingTime: start },
    ops,
  );
  return prepared.assemble(ops.sign(key.privateKey, prepared.algorithm, prepared.toBeSigned));
}

/** A service with two CAs that take applications, and the CAs' door. */
export class EnrolmentWorld {
  readonly service: TestService;
  readonly ca: EstServer;
  readonly sm2: string;
  readonly rsa: string;
  readonly platform: string;
  /** That signs for `sm2`. */
  readonly authority: Authority;

  private constructor(parts: Pick<EnrolmentWorld, 'service' | 'ca' | 'sm2' | 'rsa' | 'platform' | 'authority'>) {
    this.authority = parts.authority;
    this.service = parts.service;
    this.ca = parts.ca;
    this.sm2 = parts.sm2;
    this.rsa = parts.rsa;
    this.platform = parts.platform;
  }

  static async start(more: Partial<ServiceConfig> = {}): Promise<EnrolmentWorld> {
    const service = await createTestService(
      {
        outbound: true,
        outboundNetworks: ['127.0.0.1/32'],
        callerRequestsPerMinute: 100_000,
        anonymousRequestsPerMinute: 100_000,
        ...more,
      },
      start,
    );
    const authority = (name: string, keyKind: KeyKind) =>
      createAuthority({ organization: '试验机构', name, keyKind }, start, ops);
    const authorities = {
      sm2: authority('试验 SM2 CA', { kind: 'sm2' }),
      rsa: authority('试验 RSA CA', { kind: 'rsa', bits: 2048 }),
    };
    const clock = (): Date => service.ports.clock();
    const ca = await startEstServer({ authorities, user: 'onelock', password, host: '127.0.0.1', port: 0, clock, ops });
    layCredential(service.folder, 'test-ca', password);
    const register = async (name: 'sm2' | 'rsa', products: readonly object[]): Promise<string> => {
      const { rootCertificate, issuingCertificate } = authorities[name];
      const { body } = await service.call('POST', '/v1/cas', {
        token: service.administrator,
        body: { name, anchors: [toBase64(rootCertificate)], intermediates: [toBase64(issuingCertificate)] },
      });
      const set = await service.call('PUT', `/v1/cas/${body.id}/enrolment`, {
        token: service.administrator,
        body: enrolmentOf(`http://127.0.0.1:${ca.port}/${name}/.well-known/est`, products),
      });
      if (set.status !== 200) throw new Error(JSON.stringify(set.body));
      return body.id;
    };
    const sm2 = await register('sm2', [
      product('sm2-dual', 'sm2', 'dual'),
      { ...product('sm2-single', 'sm2', 'single'), label: 'single' },
    ]);
    const rsa = await register('rsa', [product('rsa', 'rsa-2048', 'single'), product('p256', 'p256', 'single')]);
    const platform = await service.caller('platform');
    return new EnrolmentWorld({ service, ca, sm2, rsa, platform, authority: authorities.sm2 });
  }

  /** A round of the job. */
  advance(): Promise<number> {
    const { ports } = this.service;
    if (ports.enrolment === undefined) throw new Error('no outbound');
    return advanceApplications({ ...ports, enrolment: ports.enrolment });
  }

  /** Until nothing is due, at most `rounds` later. */
  async settle(rounds = 8): Promise<void> {
    for (let round = 0; round < rounds; round++) {
      if ((await this.advance()) === 0) return;
    }
  }

  make(more: object = {}, token = this.platform): Promise<Answer> {
    return this.service.call('POST', '/v1/applications', { token, body: { ...input(this.sm2), ...more } });
  }

  async draft(more: object = {}): Promise<string> {
    const { status, body } = await this.make(more);
    if (status !== 201) throw new Error(JSON.stringify(body));
    return body.id;
  }

  submit(id: string, body: object, token = this.platform): Promise<Answer> {
    return this.service.call('POST', `/v1/applications/${id}/submission`, { token, body });
  }

  /** Drafted, submitted and brought to the CA once. */
  async applied(more: object = {}, request = makeRequest()): Promise<string> {
    const id = await this.draft(more);
    const { status, body } = await this.submit(id, { request: toBase64(request.der) });
    if (status !== 200) throw new Error(JSON.stringify(body));
    await this.settle(1);
    const { reason, state } = await this.look(id);
    if (state === 'held') throw new Error(JSON.stringify(reason));
    return id;
  }

  // biome-ignore lint/suspicious/noExplicitAny: an answer is read field by field; its schema is checked by the service under test
  async look(id: string, token = this.platform): Promise<any> {
    return (await this.service.call('GET', `/v1/applications/${id}`, { token })).body;
  }

  async close(): Promise<void> {
    await this.ca.close();
    await this.service.close();
  }
}

export const input = (caId: string, company: Company = companies.builder): object => ({
  ...{ kind: 'new', caId, product: 'sm2-dual' },
  company: { creditCode: company.code, name: company.name, locality: company.locality },
  applicant: { name: '张三丰', identifier: '11010519491231002X', phone: '13800138000' },
});

export const product = (code: string, keySpec: string, variant: string): object => ({
  ...{ code, title: `证书 ${code}`, keySpec, variant, validDays: 730 },
  ...{ priceFen: 20_000, renewalPriceFen: 15_000, expectedMinutes: 30 },
});

export const enrolmentOf = (url: string, products: readonly object[]): object => ({
  ...{ state: 'open', public: true, protocol: 'est', url, serverAnchors: [], products, notice: '请备好营业执照' },
  credential: { kind: 'basic', user: 'onelock', secret: 'test-ca' },
});

export function layCredential(folder: string, name: string, content: string): void {
  const place = path.join(folder, 'secrets/enrolment');
  mkdirSync(place, { recursive: true });
  writeFileSync(path.join(place, name), content);
  chmodSync(path.join(place, name), 0o600);
}
