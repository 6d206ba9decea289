import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toBase64, toHex, utf8Encode } from '@onelock/core/bytes';
import type { CryptoOps } from '@onelock/core/crypto';
import { nameKey, parseCertificate } from '@onelock/core/x509';
import type { DatabaseLocation } from '../../src/repositories/engine/database-location.ts';
import { openStore } from '../../src/repositories/store.ts';
import { newId } from '../../src/services/identifiers.ts';
import type { BenchCa } from './corpus.ts';
import { post } from './drive.ts';
import type { RunningBenchService } from './run-service.ts';

const together = 2_000;

/** Certificates as a registry has them after the import: rows, bytes and indexes. */
export async function registerCertificates(
  corpus: readonly BenchCa[],
  location: DatabaseLocation,
  ops: CryptoOps,
  now: Date,
): Promise<void> {
  const store = await openStore(location, { ops });
  const clock = (): Date => now;
  const digestOf = (bytes: Uint8Array): string => toHex(ops.digest('sm3', bytes));
  for (const { leaves } of corpus)
    for (let at = 0; at < leaves.length; at += together)
      await store.transaction(async (repositories) => {
        for (const der of leaves.slice(at, at + together)) {
          const certificate = parseCertificate(der);
          await repositories.certificates.add({
            ...{ id: newId('crt', clock, ops), digest: digestOf(der), serialNumber: certificate.serialNumber, der },
            issuerKey: digestOf(utf8Encode(nameKey(certificate.issuer))),
            ...{ companyId: null, subject: '', issuer: '', keyDigest: digestOf(certificate.spki), usage: 'sign' },
            ...{ notBefore: certificate.notBefore.toISOString(), notAfter: certificate.notAfter.toISOString() },
            ...{ medium: null, state: 'active', provenAt: null, proof: null, source: 'api', version: 1 },
            ...{ createdAt: now.toISOString(), updatedAt: now.toISOString() },
          });
        }
      });
  await store.close();
}

/** Where the service downloads the lists of the CAs from. */
export interface ListServer {
  url(index: number): string;
  close(): void;
}

export async function serveLists(corpus: readonly BenchCa[]): Promise<ListServer> {
  const server: Server = createServer((request, response) => {
    response.end(corpus[Number(request.url?.slice(1))]?.crl);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: (index) => `http://127.0.0.1:${port}/${index}`, close: () => server.close() };
}

/** Registers the CAs and brings their lists. @returns seconds that the first list took */
export async function registerCas(
  service: RunningBenchService,
  administrator: string,
  corpus: readonly BenchCa[],
  lists: ListServer,
  { entries, ops }: { readonly entries: number; readonly ops: CryptoOps },
): Promise<number> {
  let firstSeconds = 0;
  for (const [index, ca] of corpus.entries()) {
    const { id } = await post(service, '/v1/cas', administrator, {
      ...{ name: `CA ${index}`, anchors: [toBase64(ca.root)], intermediates: [toBase64(ca.issuing)] },
    });
    const issuer = toHex(ops.digest('sm3', ca.issuing));
    const sources = { crl: [{ url: lists.url(index), issuer }] };
    await post(service, `/v1/cas/${String(id)}/sources`, administrator, sources, 'PUT');
    const started = performance.now();
    const { items } = await post(service, `/v1/cas/${String(id)}/sources/refresh`, administrator, {});
    const [source] = items as readonly { readonly list: { readonly entries: number } | null }[];
    if (source?.list?.entries !== entries) throw new Error(`a list did not come: ${JSON.stringify(items)}`);
    if (index === 0) firstSeconds = (performance.now() - started) / 1000;
  }
  return firstSeconds;
}
