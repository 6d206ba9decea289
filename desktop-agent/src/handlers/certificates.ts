import type { Params, Result } from '@onelock/core/contract';
import { CodedError, isCodedError } from '@onelock/core/errors';
import { type Certificate, parseCertificate } from '@onelock/core/x509';
import type { TokenIdentity } from '@onelock/drivers/port';
import type { CallContext, Handlers } from '../dispatch/call-context.ts';
import { certificateInfo, certificateSummary, lenient } from '../shapes/certificate-shape.ts';
import { extensionShape } from '../shapes/extension-shape.ts';
import { identityShape } from '../shapes/identity-shape.ts';
import { keyCard } from '../shapes/key-card.ts';
import type { DriverRow, PresentDevice } from '../tokens/fleet.ts';
import type { Origin } from '../transport/origin.ts';
import { driverState } from './agent-and-devices.ts';
import { findKey } from './find-key.ts';
import { matchesFilter } from './identity-filter.ts';
import type { AgentParts } from './parts.ts';

export type Identity = Result<'listCertificates'>['identities'][number];

/** An identity with what its entry was made from. */
interface Candidate {
  readonly present: PresentDevice;
  readonly identity: TokenIdentity;
  readonly entry: Identity;
}

const maxIdentities = 256;

export function certificates(parts: AgentParts) {
  return {
    listCertificates: async ({ filter, devices }, { origin }) => {
      const chosen = devices?.map((handle) => parts.handles.device(origin, handle));
      const { candidates, unread } = await readIdentities(parts, origin, chosen);
      return {
        identities: candidates
          .map(({ entry }) => entry)
          .filter((entry) => matchesFilter(entry, filter))
          .slice(0, maxIdentities),
        incomplete: unread.map(driverState),
      };
    },

    selectCertificate: (params, context: CallContext) => selectCertificate(parts, params, context),

    getCertificate: async ({ key, usage, chain }, context: CallContext) => {
      const { identity } = await findKey(parts, context, key);
      const der = usage === 'sign' ? identity.signingCertificate : identity.encryptionCertificate;
      if (der === null) throw new CodedError('ERR_TOKEN_KEY_NOT_FOUND');
      const known = chain === 'if-known' ? parts.trust.chainOf(parseCertificate(der)) : [];
      return { certificate: der, chain: known.map((certificate) => certificate.der) };
    },

    getCertificateInfo: async ({ certificate }) => certificateInfo(parseCertificate(certificate), parts.ops),

    getCertificateExtension: async ({ certificate, oid }) => extensionShape(parseCertificate(certificate), oid),
    getSubjectIdentity: async ({ certificate }) => identityShape(parseCertificate(certificate)),

    validateCertificate: (params) => parts.judge.certificate(params),
  } satisfies Handlers;
}

/** The agent's picker. The page learns one identity: the one that the person chose. */
async function selectCertificate(
  parts: AgentParts,
  { purpose, filter }: Params<'selectCertificate'>,
  context: CallContext,
): Promise<Result<'selectCertificate'>> {
  const { origin, caller } = context;
  const { candidates } = await readIdentities(parts, origin, undefined);
  if (parts.fleet.devices().length === 0) throw new CodedError('ERR_TOKEN_NOT_FOUND');
  const encrypts = purpose === 'encrypt' || purpose === 'decrypt';
  const fitting = candidates.filter(
    ({ entry }) => matchesFilter(entry, filter) && (encrypts ? entry.encryption : entry.signing) !== null,
  );
  if (fitting.length === 0) throw new CodedError('ERR_TOKEN_KEY_NOT_FOUND');
  const keys = fitting.flatMap((candidate) => {
    const der = encrypts ? candidate.identity.encryptionCertificate : candidate.identity.signingCertificate;
    return der === null ? [] : [keyCard(parseCertificate(der), candidate.present.device, parts.now())];
  });
  const chosen = await parts.prompt.ask({ kind: 'pick', origin, purpose, keys }, caller, async (answer) => {
    const candidate = answer.kind === 'pick' ? fitting[answer.index] : undefined;
    if (candidate === undefined) throw new CodedError('ERR_AGENT_INTERNAL');
    if (candidate.present.gone.aborted) throw new CodedError('ERR_TOKEN_REMOVED');
    return { kind: 'done', value: candidate };
  });
  return { identity: chosen.entry };
}

/** Reads every identity of the chosen devices, or of all; a device that cannot be read names its driver as unread. */
async function readIdentities(
  parts: AgentParts,
  origin: Origin,
  chosen: readonly PresentDevice[] | undefined,
): Promise<{ readonly candidates: readonly Candidate[]; readonly unread: readonly DriverRow[] }> {
  const unread = new Set(chosen === undefined ? await parts.fleet.refresh() : []);
  const perDevice = await Promise.all(
    (chosen ?? parts.fleet.devices()).map(async (present) => {
      try {
        const identities = await present.driver.listIdentities(present.device.id);
        return identities.map((identity) => ({
          present,
          identity,
          entry: identityEntry(parts, origin, present, identity),
        }));
      } catch (error) {
        if (!isCodedError(error)) throw error;
        const row = parts.fleet.drivers().find(({ hosted }) => hosted === present.driver);
        if (row !== undefined && !present.gone.aborted)
          unread.add({ ...row, cause: { code: error.code, params: error.params } });
        return [];
      }
    }),
  );
  return { candidates: perDevice.flat(), unread: [...unread] };
}

/** One entry of listCertificates. */
export function identityEntry(
  parts: AgentParts,
  origin: Origin,
  present: PresentDevice,
  identity: TokenIdentity,
): Identity {
  const signing = readable(identity.signingCertificate);
  const encryption = readable(identity.encryptionCertificate);
  const main = signing ?? encryption;
  const { device } = present;
  return {
    key: parts.handles.keyHandle(origin, { present, identityId: identity.id }),
    device: parts.handles.deviceHandle(origin, present),
    deviceKind: device.kind,
    deviceLabel: device.label.slice(0, 128),
    label: identity.label.slice(0, 256),
    signing: signing === null ? null : certificateSummary(signing, parts.ops),
    encryption: encryption === null ? null : certificateSummary(encryption, parts.ops),
    subjectIdentity: main === null ? null : identityShape(main),
    validity: main === null ? 'expired' : validityOf(main, parts.now()),
  };
}

/** A certificate that cannot be parsed does not hide the others. */
function readable(der: Uint8Array | null): Certificate | null {
  return der === null ? null : (lenient(() => parseCertificate(der)) ?? null);
}

function validityOf(certificate: Certificate, now: Date): Identity['validity'] {
  if (now < certificate.notBefore) return 'not-yet-valid';
  return now > certificate.notAfter ? 'expired' : 'valid';
}
