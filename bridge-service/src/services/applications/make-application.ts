import { toHex } from '@onelock/core/bytes';
import { CodedError } from '@onelock/core/errors';
import { newId, newToken, secretDigest } from '../identifiers.ts';
import { maskPersonalNumbers } from '../mask-personal-numbers.ts';
import type { Applicant, Application } from '../ports/application-records.ts';
import type { Ports } from '../ports/ports.ts';
import { readCertificate } from '../read-certificates.ts';
import { type PersonInput, readCreditCode } from '../registry/companies.ts';
import { readIdentity } from '../registry/read-identity.ts';
import type { ApplicationAct } from './application-act.ts';
import { auditApplication } from './change-application.ts';
import { type Audience, isOffered, productOf } from './list-offers.ts';
import { type ApplicationView, applicationView } from './views.ts';

export interface ApplicationInput {
  readonly kind: 'new' | 'renewal';
  readonly caId: string;
  readonly product: string;
  readonly company: {
    readonly creditCode: string;
    readonly name: string;
    readonly province?: string | undefined;
    readonly locality?: string | undefined;
  };
  readonly applicant: PersonInput;
  /** Of a renewal: the certificate that it follows, PEM or base64 DER. */
  readonly renews?: string | undefined;
}

export interface MadeApplication extends ApplicationView {
  /** Where nobody has a credential of their own, this names the applicant: shown once. */
  readonly applicationKey: string | null;
}

/**
 * Opens an application. Nothing goes to the CA before the request is there.
 *
 * @throws {CodedError} ERR_ENROLMENT_NOT_OFFERED; ERR_REQUEST_INVALID for a wrong credit code, or a certificate that is not this company's and
 *   CA's to renew
 */
export async function makeApplication(
  ports: Ports,
  act: ApplicationAct,
  input: ApplicationInput,
  audience: Audience,
): Promise<MadeApplication> {
  const { clock, ops, personal, store } = ports;
  const enrolment = await store.enrolments.ofCa(input.caId);
  const product = productOf(enrolment, input.product);
  if (product === undefined || !isOffered(product, enrolment?.public === true, audience))
    throw new CodedError('ERR_ENROLMENT_NOT_OFFERED');
  const creditCode = readCreditCode(input.company.creditCode, '/company/creditCode');
  const renews = input.kind === 'renewal' ? await renewedBy(ports, input, creditCode) : null;
  const id = newId('app', clock, ops);
  const now = clock().toISOString();
  const applicationKey = act.reach.kind === 'applicant' ? newToken(ops) : null;
  const application: Application = {
    ...{ id, kind: input.kind, state: 'draft', caId: input.caId, product, renews, companyId: null, version: 1 },
    platformId: act.reach.kind === 'platform' ? act.reach.id : null,
    keyDigest: applicationKey === null ? null : secretDigest(applicationKey, ops),
    subject: {
      ...{ creditCode, companyName: input.company.name },
      ...{ province: input.company.province ?? null, locality: input.company.locality ?? null },
    },
    applicant: sealApplicant(personal, id, input.applicant),
    ...{ request: null, requestKeyDigest: null, proof: null, signingCertificate: null, encryptionCertificate: null },
    ...{ chain: [], envelopeKind: null, envelope: null, reason: null, attempts: 0, nextAttemptAt: null },
    ...{ createdAt: now, updatedAt: now, submittedAt: null, issuedAt: null, installedAt: null },
  };
  return act.transaction(async (repositories) => {
    const ca = await repositories.cas.byId(input.caId);
    if (ca?.state !== 'active') throw new CodedError('ERR_ENROLMENT_NOT_OFFERED');
    await repositories.applications.add(application);
    await auditApplication(repositories, ports, act.author, application, { action: 'application.make' });
    return { ...applicationView(application), applicationKey };
  });
}

/** SM3 of the certificate that is renewed, hex. */
async function renewedBy(ports: Ports, { caId, renews }: ApplicationInput, creditCode: string): Promise<string> {
  const invalid = (rule: string): CodedError => new CodedError('ERR_REQUEST_INVALID', { field: '/renews', rule });
  if (renews === undefined) throw invalid('required');
  const certificate = readCertificate(renews, '/renews');
  const { authorities } = await ports.trust.current(ports.store);
  if (!authorities.named(certificate.issuer).some((authority) => authority.caId === caId)) throw invalid('of this CA');
  const { unifiedSocialCreditCode: code } = await readIdentity(ports, ports.store, certificate);
  if (code?.value !== creditCode) throw invalid('of this company');
  return toHex(ports.ops.digest('sm3', certificate.der));
}

/** Names stand open; what identifies the person is sealed. */
function sealApplicant(personal: Ports['personal'], id: string, { name, identifier, phone }: PersonInput): Applicant {
  return {
    name: maskPersonalNumbers(name),
    identifier: identifier === undefined ? null : personal.seal(identifier, `${id} identifier`),
    phone: phone === undefined ? null : personal.seal(phone, `${id} phone`),
  };
}
