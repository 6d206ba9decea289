import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { softTokenFolder } from '../province/manifest.ts';
import { createServiceClient, ServiceFailure } from '../service-client.ts';
import type { RunningStack } from '../stack.ts';

/** Who may enter the console of the demonstration, by which of its file tokens: two people, so that one can approve what the other proposes. */
const users = [
  { token: 'sm2', name: '王主任（演示）', role: 'administrator' },
  { token: 'rsa', name: '张三（演示）', role: 'operator' },
] as const;

/** Binds certificates of the province to users of the console; what is bound already stays. */
export async function inviteToConsole({ province, service, callers }: RunningStack): Promise<void> {
  const client = createServiceClient(service.url, callers.administratorToken);
  for (const { token, name, role } of users) {
    const certificate = firstCertificate(path.join(province.folder, softTokenFolder, `${token}.softtoken`));
    if (certificate === undefined) continue;
    try {
      await client.post('/v1/console-users', { name, role, key: { kind: 'certificate', certificate } });
    } catch (error) {
      if (!(error instanceof ServiceFailure) || error.status !== 409) throw error;
    }
  }
}

/** Base64 of the DER of the first certificate in a token's file, which is not secret. */
function firstCertificate(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  return /"certificate":\s*"([A-Za-z0-9+/=]+)"/.exec(readFileSync(file, 'utf8'))?.[1];
}
