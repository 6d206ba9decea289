import { fromBase64, toBase64 } from '@onelock/core/bytes';
import { CodedError } from '@onelock/core/errors';
import type { ChangeSet } from '../ports/change-records.ts';
import type { Ca, CaCertificate } from '../ports/records.ts';
import type { Repositories } from '../ports/store.ts';
import type { ParsedCaChange } from '../update-ca.ts';

/** A CA as an effect keeps it, to be put back. */
export const plainCa = (ca: Ca) => ({
  ...ca,
  certificates: ca.certificates.map(({ der, ...rest }) => ({ ...rest, der: toBase64(der) })),
});

export function readPlainCa(text: string): Ca {
  const plain = JSON.parse(text) as ReturnType<typeof plainCa>;
  return { ...plain, certificates: plain.certificates.map(({ der, ...rest }) => ({ ...rest, der: fromBase64(der) })) };
}

/**
 * What a CA has once an overlap ends: all that it has now, but for what the exchange replaced. Certificates that came in the meantime were approved
 * by others and stay; any other change set sets the lists that it gives.
 *
 * @throws {CodedError} ERR_CHANGE_OUTDATED when no anchor would be left
 */
export async function withoutReplaced(
  { changeSets }: Pick<Repositories, 'changeSets'>,
  { parent }: Pick<ChangeSet, 'parent'>,
  present: Ca,
  given: ParsedCaChange['certificates'],
): Promise<ParsedCaChange['certificates']> {
  const exchange = parent === null ? null : await changeSets.byId(parent);
  const was = exchange?.effects?.find(
    ({ registry, id, part }) => registry === 'cas' && id === present.id && part === undefined,
  );
  if (typeof was?.before !== 'string') return given;
  const before = readPlainCa(was.before).certificates;
  const left = (kind: CaCertificate['kind']): readonly CaCertificate[] | undefined => {
    const list = given[kind];
    if (list === undefined) return undefined;
    const isOf = (those: readonly CaCertificate[], { digest }: CaCertificate): boolean =>
      those.some((one) => one.kind === kind && one.digest === digest);
    return present.certificates.filter((one) => one.kind === kind && (isOf(list, one) || !isOf(before, one)));
  };
  const [anchor, intermediate] = [left('anchor'), left('intermediate')];
  if (anchor?.length === 0) throw new CodedError('ERR_CHANGE_OUTDATED', { field: present.id });
  return { ...(anchor && { anchor }), ...(intermediate && { intermediate }) };
}
