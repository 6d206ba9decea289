import { toHex } from '@onelock/core/bytes';
import type { ProfileName } from '@onelock/core/path';
import type { CertificateReport } from '@onelock/core/validation';
import type { Reason } from '@onelock/core/verdict';
import type { Certificate } from '@onelock/core/x509';
import { withRegistry } from './gather-evidence.ts';
import { certificateJudged } from './judge-in-parallel.ts';
import { EvidenceNotes } from './judgement-record.ts';
import type { Ports } from './ports/ports.ts';
import type { EvidenceItem } from './ports/records.ts';
import type { Standing } from './ports/standing-store.ts';
import { readIdentity } from './registry/read-identity.ts';
import { useDetails } from './statistics/use-details.ts';
import { standingOf } from './watch-list/standing.ts';
import type { UseContext, WatchedSubject } from './watch-list/watch-use.ts';

/** What a session was begun by. */
export interface HeldCertificate {
  readonly certificate: Certificate;
  readonly profile: ProfileName;
  /** How its holder came then: the device, the machine. */
  readonly context?: UseContext | undefined;
  /** The phone that signed then. */
  readonly phoneId?: string | undefined;
}

/** What a log-in would meet now, but for the signature and the watch-list, which is asked in the use's transaction. */
export interface HeldJudgement {
  readonly judged: CertificateReport;
  readonly subjects: readonly WatchedSubject[];
  readonly context: UseContext;
  readonly standing: Standing | null;
  /** For the audit entry; what `replayJudgement` reads. */
  readonly details: Readonly<Record<string, unknown>>;
  readonly items: readonly EvidenceItem[];
}

/**
 * Judges the certificate of a session as a log-in with it would be judged now: path, revocation, registries; and for a phone's key whether that
 * phone may still be used.
 */
export async function judgeHeld(
  ports: Ports,
  { certificate, profile, context = {}, phoneId }: HeldCertificate,
): Promise<HeldJudgement> {
  const { evidence, sources } = await withRegistry(
    ports,
    { at: ports.clock(), profile, revocation: 'if-available' },
    { certificates: [certificate] },
    [],
    true,
  );
  const report = await certificateJudged(ports, certificate, evidence);
  const notes = new EvidenceNotes(ports.ops);
  const kept = notes.keep(certificate.der);
  const { details, items } = notes.record(evidence, sources);
  const certificateDigest = toHex(ports.ops.digest('sm3', certificate.der));
  const identity = await readIdentity(ports, ports.store, certificate);
  const boundTo = (await ports.watched.current()).bound.get(certificateDigest);
  const subjects = [{ certificateDigest, identity, boundTo }];
  const phone = await phoneRefusal(ports, certificate, phoneId);
  return {
    judged: report.indication === 'passed' && phone !== null ? withRefusal(report, phone) : report,
    ...{ subjects, context, items },
    standing: standingOf((await ports.watched.current()).inactive, subjects),
    details: {
      ...{ ...details, certificate: kept },
      ...(phone !== null && { phone: phone.code }),
      ...useDetails(ports, context),
    },
  };
}

/** Why a key that lives on a phone is used no more: its phone was locked or is gone, or another way than its phone's led here. */
async function phoneRefusal(
  { store, ops }: Ports,
  { publicKey }: Certificate,
  phoneId: string | undefined,
): Promise<Reason | null> {
  const phone = await store.phones.byPublicKeyDigest(toHex(ops.digest('sm3', publicKey.spki)));
  if (phone === null) return phoneId === undefined ? null : { code: 'ERR_PHONE_UNKNOWN', params: {} };
  if (phone.id !== phoneId) return { code: 'ERR_PHONE_ORDER_REQUIRED', params: {} };
  return phone.lockedAt === null ? null : { code: 'ERR_PHONE_LOCKED', params: {} };
}

function withRefusal(report: CertificateReport, reason: Reason): CertificateReport {
  const { indication: _indication, reason: _reason, subject: _subject, needs: _needs, ...rest } = report;
  return { indication: 'failed', reason, ...rest };
}
