import { type Checkpoint, signCheckpoint } from '../audit/checkpoint.ts';
import type { Ports } from './ports/ports.ts';
import { auditHead } from './prove-audit.ts';

type CheckpointPorts = Pick<Ports, 'store' | 'clock' | 'ops' | 'key' | 'witnesses'>;

/**
 * Signs the log as it stands, keeps that and hands it to the witnesses. When nothing came since the last one, that one is given
 * back. A witness that cannot be written to is told of by the caller's log and is no reason to give none to the others.
 */
export async function makeCheckpoint(ports: CheckpointPorts): Promise<Checkpoint> {
  const { store, clock, key, witnesses } = ports;
  const head = await auditHead(ports);
  const latest = await store.audit.latestCheckpoint();
  if (latest !== null && latest.size >= head.size) {
    await witnesses.keep(latest);
    return latest;
  }
  const checkpoint = signCheckpoint(head, clock(), key);
  await store.transaction((repositories) => repositories.audit.addCheckpoint(checkpoint));
  await witnesses.keep(checkpoint);
  return checkpoint;
}
