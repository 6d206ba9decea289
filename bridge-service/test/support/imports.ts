import { createHash } from 'node:crypto';
import path from 'node:path';
import { encodePem } from '@onelock/core/bytes';
import { workOn } from '../../src/services/imports/work.ts';
import type { Answer, TestService } from './service.ts';
import type { StockCa } from './stock.ts';

export async function registerStockCa(service: TestService, ca: StockCa): Promise<void> {
  const { status, body } = await service.call('POST', '/v1/cas', {
    token: service.administrator,
    body: { name: '存量测试 CA', anchors: [encodePem('CERTIFICATE', ca.root)] },
  });
  if (status !== 201) throw new Error(JSON.stringify(body));
}

export const part = (service: TestService, token: string, id: string, offset: number, bytes: Buffer): Promise<Answer> =>
  service.call('PUT', `/v1/imports/${id}/content?offset=${offset}`, {
    token,
    body: bytes,
    headers: { 'content-type': 'application/octet-stream' },
  });

/** Announces and uploads; gives the id. */
export async function upload(
  service: TestService,
  token: string,
  bytes: Buffer,
  settings: object = {},
  name = '存量.csv',
): Promise<string> {
  const { status, body } = await service.call('POST', '/v1/imports', {
    token,
    body: { name, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex'), settings },
  });
  if (status !== 201) throw new Error(JSON.stringify(body));
  for (let at = 0; at < bytes.length; at += 1024 * 1024) {
    const sent = await part(service, token, body.id, at, bytes.subarray(at, at + 1024 * 1024));
    if (sent.status !== 200) throw new Error(JSON.stringify(sent.body));
  }
  return body.id;
}

/** Works on whatever waits, as one node. */
export async function work(service: TestService, node = 'node_a', stopping = new AbortController()): Promise<number> {
  const rules = { node, seconds: 60, folder: path.join(service.folder, 'imports', node), mostRows: 10_000 };
  let worked = 0;
  for (const id of await service.ports.store.imports.waiting(service.ports.clock().toISOString()))
    if (await workOn(service.ports, rules, id, stopping.signal)) worked += 1;
  return worked;
}

export async function importOf(service: TestService, token: string, id: string) {
  return (await service.call('GET', `/v1/imports/${id}`, { token })).body;
}

/** Uploads, checks, starts and works to the end. */
export async function importAll(service: TestService, token: string, bytes: Buffer, settings: object = {}) {
  const id = await upload(service, token, bytes, settings);
  await work(service);
  const started = await service.call('POST', `/v1/imports/${id}/start`, { token, body: {} });
  if (started.status !== 200) throw new Error(JSON.stringify([started.body, await importOf(service, token, id)]));
  await work(service);
  return importOf(service, token, id);
}
