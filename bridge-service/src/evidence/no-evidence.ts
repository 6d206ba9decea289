import { CodedError } from '@onelock/core/errors';
import type { EvidencePort } from '../services/ports/evidence.ts';

/** For a service that asks nobody: an air-gapped one, or one whose configuration says so. */
export const noEvidence: EvidencePort = {
  gather: async () => ({ crls: [], ocspResponses: [], issuers: [], unanswered: [], sources: [] }),
  timestampAuthorities: () => [],
  stamp: async (_trust, url) => {
    throw new CodedError('ERR_EVIDENCE_URL_UNSUPPORTED', { url, rule: 'outbound' });
  },
  sources: () => [],
  refresh: async () => undefined,
  forgetList: async () => false,
};
