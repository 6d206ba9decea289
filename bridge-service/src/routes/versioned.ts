import type { Ports } from '../services/ports/ports.ts';
import type { VersionedPart } from '../services/ports/registry-store.ts';
import { readVersioned } from '../services/registry/record-version.ts';

/** Answers with a record and, in `etag`, the version that a change of it names in `if-match`. What has no history has no version. */
export async function answerVersioned<T>(
  ports: Ports,
  reply: { header(name: string, value: string): unknown },
  of: VersionedPart,
  read: () => Promise<T>,
): Promise<T> {
  const { value, version } = await readVersioned(ports.store, of, read);
  if (version > 0 || of.part !== 'record') reply.header('etag', `"${version}"`);
  return value;
}
