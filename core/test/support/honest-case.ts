import {
  type CertificateEvidence,
  type CertificateReport,
  judgeCertificate,
  type Report,
} from '@onelock/core/validation';
import type { Certificate } from '@onelock/core/x509';
import { anchor } from './certificates.ts';
import { ops } from './engine.ts';
import { basicConstraints, type Issuer, keyRing, keyUsage, makeCertificate, name } from './test-ca.ts';

// An honest path of SM2, from which tests of dishonest ones depart.
export const key = keyRing(ops, { kind: 'sm2' });
export const of = (label: string): Issuer => ({ name: name(label), key: key(label) });
export const at = new Date('2026-06-01T00:00:00Z');
export const content = new TextEncoder().encode('投标文件');

export function authority(subject: string, issuer: string, own = subject): Certificate {
  const extensions = [basicConstraints(), keyUsage(5, 6)];
  return makeCertificate({ subject: name(subject), key: key(own), issuer: of(issuer), extensions }, ops);
}
export const root = authority('root', 'root');
export const issuing = authority('issuing', 'root');
export const leaf = makeCertificate(
  { subject: name('leaf'), key: key('leaf'), issuer: of('issuing'), serial: 77, extensions: [keyUsage(0)] },
  ops,
);
export const trust = { intermediates: [issuing], trustAnchors: [anchor(root)], at, profile: 'rfc5280' } as const;

export function judged(change: Partial<CertificateEvidence> = {}): CertificateReport {
  return judgeCertificate({ ...trust, certificate: leaf, revocation: 'none', ...change }, ops);
}
export const cause = ({ indication, reason }: Report): string =>
  indication === 'passed' ? 'passed' : String(reason?.params.cause ?? reason?.code);
