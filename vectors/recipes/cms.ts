// Writes vectors/cms: signed messages by OpenSSL (RSA, P-256) and, for SM2, envelopes of GM/T 0010 with OpenSSL's
// signatures. `node --conditions=onelock-source vectors/recipes/cms.ts [FOLDER]`. Files that are there stay.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type GmMessageSpec, gmMessage } from './gm-message.ts';
import { openssl } from './openssl.ts';

const here = path.dirname(fileURLToPath(import.meta.url));
const pki = (name: string): string => path.join(here, '../pki', `${name}.pem`);

/** What a bidder would sign, with Chinese text in it. */
export const content: Buffer = Buffer.from('投标文件：测试工程一标段\n投标总价：1,234,567.89 元\n', 'utf8');

export interface MessageCase {
  readonly file: string;
  readonly content: 'inside' | 'content.bin' | 'missing' | 'other.bin';
  readonly trust: string;
  readonly expected: { readonly indication: string; readonly code?: string };
  readonly description: string;
}

type Make = (work: string) => Buffer;

/** `openssl cms -sign`, the signer's issuer put into the message. */
function opensslMessage(families: readonly ('rsa' | 'p256')[], options: readonly string[]): Make {
  return (work) => {
    const input = path.join(work, 'content');
    writeFileSync(input, content);
    return openssl([
      ...['cms', '-sign', '-binary', '-md', 'sha256', '-outform', 'DER', '-in', input, ...options],
      ...families.flatMap((family) => ['-signer', pki(`${family}/leaf`), '-inkey', pki(`${family}/leaf.test-key`)]),
      ...families.flatMap((family) => ['-certfile', pki(`${family}/intermediate`)]).slice(0, 2),
    ]);
  };
}

function sm2Message(rest: Partial<GmMessageSpec>): Make {
  return (work) =>
    gmMessage(
      {
        ...{ content, form: 'attached', attributes: 'signed', za: 'default-id' },
        ...{ certificate: pki('sm2/leaf'), key: pki('sm2/leaf.test-key'), others: [pki('sm2/intermediate')] },
        ...rest,
      },
      work,
    );
}

/** One byte of the content inside the message changed after it was signed. */
function tampered(make: Make): Make {
  return (work) => {
    const message = make(work);
    const at = message.indexOf(content);
    if (at < 0) throw new Error('the content is not in one piece');
    message[at + content.length - 8] = 0x39;
    return message;
  };
}

const passed = { indication: 'passed' } as const;
const failed = (code: string): MessageCase['expected'] => ({ indication: 'failed', code });

type Row = Omit<MessageCase, 'file'> & { readonly make: Make };

function familyRows(family: 'rsa' | 'p256' | 'sm2'): Readonly<Record<string, Row>> {
  const trust = `${family}/root`;
  const make = (openssl: readonly string[], gm: Partial<GmMessageSpec>): Make =>
    family === 'sm2' ? sm2Message(gm) : opensslMessage([family], openssl);
  const attached = make(['-nodetach'], {});
  const detached = make([], { form: 'detached' });
  const bare = make(['-nodetach', '-noattr'], { attributes: 'none' });
  return {
    [`${family}-attached`]: {
      make: attached,
      content: 'inside',
      trust,
      expected: passed,
      description: 'content inside, signed attributes',
    },
    [`${family}-detached`]: {
      make: detached,
      content: 'content.bin',
      trust,
      expected: passed,
      description: 'content apart, signed attributes',
    },
    [`${family}-bare`]: {
      make: bare,
      content: 'inside',
      trust,
      expected: passed,
      description: 'content inside, no attributes',
    },
    [`${family}-tampered`]: {
      ...{ make: tampered(attached), content: 'inside', trust, expected: failed('ERR_CMS_DIGEST_MISMATCH') },
      description: 'one byte of the content was changed',
    },
    [`${family}-bare-tampered`]: {
      ...{ make: tampered(bare), content: 'inside', trust, expected: failed('ERR_SIGNATURE_INVALID') },
      description: 'one byte of the content was changed, and there are no attributes',
    },
  };
}

const rows: Readonly<Record<string, Row>> = {
  ...familyRows('rsa'),
  ...familyRows('p256'),
  ...familyRows('sm2'),
  'two-signers': {
    ...{ make: opensslMessage(['rsa', 'p256'], ['-nodetach']), content: 'inside', trust: 'rsa/root' },
    ...{ expected: failed('ERR_PATH_UNKNOWN_ISSUER'), description: 'signed by two, and only the first is trusted' },
  },
  'sm2-no-za': {
    ...{ make: sm2Message({ za: 'none' }), content: 'inside', trust: 'sm2/root' },
    ...{ expected: failed('ERR_SIGNATURE_INVALID'), description: 'signed over the bare digest, without ZA' },
  },
  'sm2-empty-id': {
    ...{ make: sm2Message({ za: 'empty-id' }), content: 'inside', trust: 'sm2/root' },
    ...{ expected: failed('ERR_SIGNATURE_INVALID'), description: 'signed with an empty user id' },
  },
  'sm2-two-numbers': {
    ...{ make: sm2Message({ signature: 'two-numbers' }), content: 'inside', trust: 'sm2/root', expected: passed },
    description: 'the signature is r ‖ s and not DER: a declared deviation until 2028-12-31',
  },
};

/** Every judgement that the messages are made for; a detached message has three. */
export function messageCases(): readonly MessageCase[] {
  return Object.entries(rows).flatMap(([name, { make: _, ...row }]): readonly MessageCase[] => {
    const own: MessageCase = { file: `${name}.p7`, ...row };
    if (row.content !== 'content.bin') return [own];
    return [
      own,
      {
        ...{ ...own, content: 'other.bin', expected: failed('ERR_CMS_DIGEST_MISMATCH') },
        description: 'held against another content',
      },
      {
        ...{ ...own, content: 'missing', expected: { indication: 'indeterminate', code: 'ERR_CMS_CONTENT_ABSENT' } },
        description: 'the content is not there',
      },
    ];
  });
}

/** Makes every message that is not in `folder` yet, the contents, and the index. */
export function writeCms(folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'content.bin'), content);
  writeFileSync(path.join(folder, 'other.bin'), Buffer.concat([content, content]));
  const work = mkdtempSync(path.join(tmpdir(), 'onelock-cms-'));
  try {
    for (const [name, { make }] of Object.entries(rows)) {
      const file = path.join(folder, `${name}.p7`);
      if (!existsSync(file)) writeFileSync(file, make(work));
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  const index = {
    notice: 'Test messages, signed with the published test keys of vectors/pki. Written by vectors/recipes/cms.ts.',
    at: '2026-12-01T00:00:00Z',
    cases: messageCases(),
  };
  writeFileSync(path.join(folder, 'index.json'), `${JSON.stringify(index, null, 2)}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.argv[2] ?? path.join(here, '../cms');
  writeCms(folder);
  process.stdout.write(readFileSync(path.join(folder, 'index.json'), 'utf8'));
}
