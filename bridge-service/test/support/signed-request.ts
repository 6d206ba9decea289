import { createHash, createSign, type KeyObject, randomBytes, sign } from 'node:crypto';

/** How a client signs a request (RFC 9421), written by the text of the standard and with nothing of ours. */
export interface RequestToSign {
  readonly method: string;
  /** Whole, as the server will see it. */
  readonly url: string;
  readonly body?: string | undefined;
  readonly keyid: string;
  readonly key: KeyObject;
  readonly alg: 'rsa-pss-sha512' | 'rsa-v1_5-sha256' | 'ecdsa-p256-sha256';
  readonly created: number;
  readonly nonce?: string | undefined;
  readonly components?: readonly string[] | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export function signRequest(request: RequestToSign): Record<string, string> {
  const { method, url, body, keyid, key, alg, created, nonce = randomBytes(16).toString('base64url') } = request;
  const headers: Record<string, string> = { ...request.headers };
  if (body !== undefined) {
    headers['content-type'] = 'application/json';
    headers['content-digest'] = `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
  }
  const usual = ['@method', '@target-uri', ...(body === undefined ? [] : ['content-digest'])];
  const components = request.components ?? [...usual, ...Object.keys(request.headers ?? {})];
  const { host, pathname, search } = new URL(url);
  const values: Record<string, string> = {
    ...{ '@method': method, '@target-uri': url, '@authority': host, '@path': pathname, '@query': search || '?' },
    ...{ '@request-target': pathname + search, '@scheme': url.slice(0, url.indexOf(':')) },
    ...headers,
  };
  const parameters = `(${components.map((name) => `"${name}"`).join(' ')});created=${created};nonce="${nonce}";keyid="${keyid}";alg="${alg}"`;
  const base = [...components.map((name) => `"${name}": ${values[name]}`), `"@signature-params": ${parameters}`].join(
    '\n',
  );
  return {
    ...headers,
    'signature-input': `onelock=${parameters}`,
    signature: `onelock=:${signatureOf(base, key, alg).toString('base64')}:`,
  };
}

function signatureOf(base: string, key: KeyObject, alg: RequestToSign['alg']): Buffer {
  if (alg === 'rsa-v1_5-sha256') return createSign('sha256').update(base).sign(key);
  if (alg === 'ecdsa-p256-sha256') return sign('sha256', Buffer.from(base), { key, dsaEncoding: 'ieee-p1363' });
  // RSA_PKCS1_PSS_PADDING, salt as long as the digest.
  return sign('sha512', Buffer.from(base), { key, padding: 6, saltLength: 64 });
}
