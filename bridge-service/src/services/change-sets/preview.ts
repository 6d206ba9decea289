import { CodedError } from '@onelock/core/errors';
import { parseCertificate } from '@onelock/core/x509';
import { readCaEnrolment } from '../applications/enrolment-settings.ts';
import { readSources } from '../ca-sources.ts';
import { checkOrigins } from '../create-caller.ts';
import type { ChangeOperation, OperationPreview } from '../ports/change-records.ts';
import { consoleRoles } from '../ports/console-store.ts';
import { noSources, type RevocationRule } from '../ports/evidence-store.ts';
import type { Ports } from '../ports/ports.ts';
import type { Ca, CaCertificate } from '../ports/records.ts';
import type { Readings } from '../ports/store.ts';
import { readCertificate } from '../read-certificates.ts';
import { readAll } from '../register-ca.ts';
import { keyOfName } from '../registry/certificates.ts';
import { readCaProfile, readPlatformProfile } from '../registry/profiles.ts';
import { readCaChange } from '../update-ca.ts';

type PreviewPorts = Pick<Ports, 'ops' | 'clock' | 'changes'>;

interface Day extends Pick<Ports, 'ops'> {
  readonly at: string;
  readonly newCaRevocation: RevocationRule;
}

/**
 * Says whom operations would touch, without doing anything: "CA X leaves: 1,204 companies, of which 37 have no other certificate". Who would be touched
 * on the day on which they take effect counts: certificates that have ended by then do not.
 *
 * @throws {CodedError} ERR_REQUEST_NOT_FOUND for a CA or platform that is not there, and those of certificates that cannot be read
 */
export async function previewOperations(
  readings: Pick<Readings, 'cas' | 'callers' | 'certificates' | 'evidence'>,
  ports: PreviewPorts,
  operations: readonly ChangeOperation[],
  applyAt: string | null,
): Promise<readonly OperationPreview[]> {
  const now = ports.clock().toISOString();
  const { newCaRevocation } = ports.changes;
  const day = { ops: ports.ops, at: applyAt !== null && applyAt > now ? applyAt : now, newCaRevocation };
  const previews: OperationPreview[] = [];
  for (const operation of operations) previews.push(await previewOne(readings, day, operation));
  return previews;
}

async function previewOne(
  readings: Pick<Readings, 'cas' | 'callers' | 'certificates' | 'evidence'>,
  day: Day,
  operation: ChangeOperation,
): Promise<OperationPreview> {
  const { kind } = operation;
  switch (operation.kind) {
    case 'ca.register':
      return {
        ...{ kind, name: operation.name, effect: 'enters' },
        revocation: { from: null, to: operation.revocation ?? day.newCaRevocation },
        ...(await reachOf(readings, day, await notElsewhere(readings, null, readAll(day, operation)))),
      };
    case 'ca.update': {
      const ca = await readings.cas.byId(operation.id);
      if (ca === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
      const effect = effectOn(ca, operation.state);
      const touched = effect === 'changes' ? replaced(ca, readCaChange(day, operation).certificates) : ca.certificates;
      const changing = await notElsewhere(readings, ca.id, touched);
      return { ...{ kind, name: ca.name, effect }, ...(await reachOf(readings, day, changing)) };
    }
    case 'ca.set-enrolment':
    case 'ca.set-sources':
    case 'ca.set-profile': {
      if (operation.kind === 'ca.set-sources') readSources(operation.sources);
      else if (operation.kind === 'ca.set-enrolment') readCaEnrolment(operation.enrolment);
      else readCaProfile(operation.profile);
      const ca = await readings.cas.byId(operation.id);
      if (ca === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
      const rule = operation.kind === 'ca.set-sources' && (await ruleChange(readings, operation));
      return {
        ...{ kind, name: ca.name, effect: 'changes', ...(rule && { revocation: rule }) },
        ...(await reachOf(readings, day, ca.certificates)),
      };
    }
    case 'platform.register':
      checkOrigins('platform', operation.origins ?? []);
      return { kind, name: operation.name, effect: 'enters', ...nobody };
    case 'platform.set-profile':
    case 'platform.update':
    case 'platform.revoke': {
      if (operation.kind === 'platform.set-profile') readPlatformProfile(operation.profile);
      const platform = await readings.callers.byId(operation.id);
      if (platform?.role !== 'platform') throw new CodedError('ERR_REQUEST_NOT_FOUND');
      const effect = operation.kind === 'platform.revoke' ? 'leaves' : 'changes';
      return { kind, name: platform.name, effect, ...nobody, platforms: 1 };
    }
    case 'person.register':
      readCertificate(operation.certificate, '/certificate');
      return { kind, name: operation.name, effect: 'enters', ...nobody };
    case 'person.set-role':
    case 'person.revoke': {
      const person = await readings.callers.byId(operation.id);
      if (person === null || !consoleRoles.some((role) => role === person.role))
        throw new CodedError('ERR_REQUEST_NOT_FOUND');
      return { kind, name: person.name, effect: kind === 'person.revoke' ? 'leaves' : 'changes', ...nobody };
    }
  }
}

/** Of a change that loosens or tightens what counts where nobody can tell of a revocation; null where it stays. */
async function ruleChange(
  { evidence }: Pick<Readings, 'evidence'>,
  { id, sources }: Extract<ChangeOperation, { kind: 'ca.set-sources' }>,
): Promise<OperationPreview['revocation'] | null> {
  const from = ((await evidence.sourcesOf(id))?.sources ?? noSources).revocation;
  const to = sources.revocation ?? from;
  return from === to ? null : { from, to };
}

/** No certificate is judged otherwise. */
const nobody = { certificates: 0, companies: 0, companiesWithoutOther: 0, platforms: 0 };

function effectOn(ca: Ca, state: Ca['state'] | undefined): OperationPreview['effect'] {
  if (state === undefined || state === ca.state) return 'changes';
  return state === 'active' ? 'returns' : 'leaves';
}

/** Certificates of a CA that a change takes away. */
function replaced(
  ca: Ca,
  given: Readonly<Partial<Record<CaCertificate['kind'], readonly CaCertificate[]>>>,
): readonly CaCertificate[] {
  return ca.certificates.filter((certificate) => {
    const list = given[certificate.kind];
    return list !== undefined && !list.some(({ digest }) => digest === certificate.digest);
  });
}

/** Those that no other active CA has: what another has counts whether or not this one leaves or enters. */
async function notElsewhere(
  { cas }: Pick<Readings, 'cas'>,
  caId: string | null,
  certificates: readonly CaCertificate[],
): Promise<readonly CaCertificate[]> {
  const others = (await cas.activeCertificates()).filter((one) => one.caId !== caId);
  const elsewhere = new Set(others.map(({ kind, digest }) => `${kind} ${digest}`));
  return certificates.filter(({ kind, digest }) => !elsewhere.has(`${kind} ${digest}`));
}

/** Registered certificates that one of these has issued, by the name of the issuer. */
function reachOf(
  { certificates }: Pick<Readings, 'certificates'>,
  { ops, at }: Day,
  authorities: readonly CaCertificate[],
) {
  const keys = new Set(authorities.map(({ der }) => keyOfName(parseCertificate(der).subject, ops)));
  return certificates.reach([...keys], at);
}
