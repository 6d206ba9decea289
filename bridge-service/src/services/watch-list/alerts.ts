import { CodedError } from '@onelock/core/errors';
import { appendAudit } from '../append-audit.ts';
import { maskPersonalNumbers } from '../mask-personal-numbers.ts';
import { type Page, pageOf } from '../page.ts';
import type { Act, Ports } from '../ports/ports.ts';
import type { Acknowledgement, AlertRecord } from '../ports/statistics-store.ts';
import { authorOf } from '../registry/record-change.ts';

export interface AlertView extends Omit<AlertRecord, 'data' | 'acknowledgement'> {
  readonly data: Readonly<Record<string, string>>;
  /** The watched value, a document number by its ends, or the name of who came by break-glass; null when the entry is gone. */
  readonly shown: string | null;
  readonly platformName: string | null;
  readonly acknowledgement: (Acknowledgement & { readonly name: string | null }) | null;
}

/** What supervision was told, newest first, with who has taken note of it. */
export async function listAlerts(
  { store }: Pick<Ports, 'store'>,
  page: { readonly after: number | null; readonly limit: number },
  open: boolean,
): Promise<Page<AlertView>> {
  const { items, nextCursor } = await pageOf(
    page,
    (request) => store.statistics.alerts(request, open),
    ({ sequence }) => sequence,
  );
  return { items: await Promise.all(items.map((alert) => alertView({ store }, alert))), nextCursor };
}

/**
 * Notes that somebody has seen an alert and looks after it.
 *
 * @throws {CodedError} ERR_REQUEST_NOT_FOUND; ERR_REQUEST_CONFLICT when somebody has done so before
 */
export async function acknowledgeAlert(ports: Ports, act: Act, id: string, said: string): Promise<AlertView> {
  const note = maskPersonalNumbers(said);
  await act.transaction(async (repositories) => {
    const alert = await repositories.statistics.alert(id);
    if (alert === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
    const at = ports.clock().toISOString();
    const first = await repositories.statistics.acknowledge(alert.sequence, { at, actor: act.caller.id, note });
    if (!first) throw new CodedError('ERR_REQUEST_CONFLICT', { field: '{id}' });
    await appendAudit(repositories, ports, {
      ...authorOf(act),
      ...{ action: 'alert.acknowledge', target: id, outcome: 'done', details: { note } },
    });
    await repositories.events.publish('alert.acknowledged', { id });
  });
  const alert = await ports.store.statistics.alert(id);
  if (alert === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
  return alertView(ports, alert);
}

async function alertView(
  { store }: Pick<Ports, 'store'>,
  { data, acknowledgement, ...alert }: AlertRecord,
): Promise<AlertView> {
  const told = JSON.parse(data) as Record<string, string>;
  const entry = told.entry === undefined ? null : await store.watchList.byId(told.entry);
  const ids = [told.platform, told.user, acknowledgement?.actor].flatMap((id) => id ?? []);
  const names = await store.statistics.names('callers', ids);
  return {
    ...alert,
    data: told,
    shown: entry?.shown ?? names.get(told.user ?? '') ?? null,
    platformName: names.get(told.platform ?? '') ?? null,
    acknowledgement: acknowledgement && { ...acknowledgement, name: names.get(acknowledgement.actor) ?? null },
  };
}
