import { OriginRegistry } from './dispatch/origin-registry.ts';

/** `sites` and `sites revoke ORIGIN`. A running agent sees the change with its next call. @returns the exit status */
export async function manageSites(
  words: readonly string[],
  options: { readonly json: boolean; readonly stateDir: string },
): Promise<0 | 1 | 2> {
  const registry = new OriginRegistry(options.stateDir);
  if (words.length === 0) {
    const sites = registry.list();
    const text = sites.map(({ origin, allowedAt }) => `${origin}\t${allowedAt}\n`).join('');
    process.stdout.write(
      options.json ? `${JSON.stringify({ sites })}\n` : text || '没有已允许的网站 / no site is allowed\n',
    );
    return 0;
  }
  const [verb, origin] = words;
  if (verb !== 'revoke' || origin === undefined || words.length !== 2) return 2;
  const revoked = await registry.revoke(origin);
  const said = revoked ? '已撤销 / revoked' : '本来就没有允许 / it was not allowed';
  process.stdout.write(options.json ? `${JSON.stringify({ origin, revoked })}\n` : `${said}: ${origin}\n`);
  return revoked ? 0 : 1;
}
