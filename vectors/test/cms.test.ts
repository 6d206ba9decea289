import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { opensslCommand } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { messageCases } from '../recipes/cms.ts';
import { tryOpenssl } from '../recipes/openssl.ts';

const vectors = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const cms = path.join(vectors, 'cms');

requireReal('OpenSSL', opensslCommand())('our messages, in the eyes of OpenSSL', () => {
  const askable = messageCases().filter(({ file, content }) => !file.startsWith('sm2') && content !== 'missing');

  it.each(askable)('agrees about $file ($content): $description', ({ file, content, trust, expected }) => {
    const { status } = tryOpenssl([
      ...['cms', '-verify', '-binary', '-inform', 'DER', '-in', path.join(cms, file), '-out', '/dev/null'],
      ...(content === 'inside' ? [] : ['-content', path.join(cms, content)]),
      ...['-no-CApath', '-no-CAstore', '-purpose', 'any', '-CAfile', path.join(vectors, 'pki', `${trust}.pem`)],
    ]);
    expect(status === 0 ? 'passed' : 'failed').toBe(expected.indication);
  });

  it('reads the SM2 envelopes as DER from end to end', () => {
    for (const name of ['sm2-attached', 'sm2-detached', 'sm2-bare']) {
      const file = path.join(cms, `${name}.p7`);
      const { status, stdout } = tryOpenssl(['asn1parse', '-inform', 'DER', '-in', file]);
      expect(status).toBe(0);
      expect(stdout.toString('utf8')).toContain(':1.2.156.10197.6.1.4.2.2');
    }
  });
});

describe('the table of our messages', () => {
  it('is the one the recipe writes', () => {
    const { cases } = JSON.parse(readFileSync(path.join(cms, 'index.json'), 'utf8')) as { cases: unknown };
    expect(cases).toEqual(JSON.parse(JSON.stringify(messageCases())));
  });
});
