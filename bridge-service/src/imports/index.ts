export { type ReadingNotice, type ReadingTask, readOnThread } from './import-thread.ts';
export type { AuthorityMaterial, PreparedCertificate, PreparedItem } from './prepare-item.ts';
