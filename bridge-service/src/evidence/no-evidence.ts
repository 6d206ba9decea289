import type { EvidencePort } from '../services/ports/evidence.ts';

/** For a service that asks nobody: an air-gapped one, or one whose configuration says so. */
export const noEvidence: EvidencePort = {
  gather: async () => ({ crls: [], ocspResponses: [], issuers: [], unanswered: [], sources: [] }),
  sources: () => [],
  refresh: async () => undefined,
  forgetList: async () => false,
};
