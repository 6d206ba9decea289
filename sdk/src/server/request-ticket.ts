import type { CallName } from '@onelock/core/contract';

/** What the page passes on as `ticket` of the call. */
export interface RequestTicket {
  readonly key: string;
  readonly statement: string;
  /** Base64 for whoever sends it as JSON; the SDK's calls take it as they take any bytes. */
  readonly signature: string;
}

/** What the server of a trading system vouches for. */
export interface TicketRequest {
  /** The call that the page will make. */
  readonly operation: CallName;
  /** Of the page, e.g. `https://bid.example.cn`. */
  readonly origin: string;
  /** Of what the call is about, lower-case hex: see the guide for which bytes that are for each call. */
  readonly digest: { readonly algorithm: 'sm3' | 'sha256' | 'sha384' | 'sha512'; readonly value: string };
  /** What the person is shown in the agent's window; lines parted by `\n`, 2,000 characters at most. */
  readonly text: string;
  /** 1 to 60; 60 when absent. */
  readonly lifeSeconds?: number;
}

/** The server's own key. Its public key stands in the platform's profile at the trading centre, under `id`. */
export interface TicketKey {
  readonly id: string;
  /**
   * Signs these bytes: SM2 with SM3 and the default user id, RSA PKCS #1 v1.5 with SHA-256, or ECDSA with the digest of the
   * curve's size. ECDSA and SM2 signatures are DER.
   */
  readonly sign: (bytes: Uint8Array) => Uint8Array | Promise<Uint8Array>;
}

const nonceBytes = 24;

/**
 * Makes a request ticket, on the server of a trading system and nowhere else: a script in a page has no key.
 *
 * @throws {RangeError} for a lifetime that agents do not accept
 */
export async function makeRequestTicket(
  { operation, origin, digest, text, lifeSeconds = 60 }: TicketRequest,
  key: TicketKey,
  now: Date = new Date(),
): Promise<RequestTicket> {
  if (!(lifeSeconds >= 1 && lifeSeconds <= 60)) throw new RangeError('a ticket lives for 1 to 60 seconds');
  const statement = JSON.stringify({
    version: 1,
    operation,
    origin,
    digest: { algorithm: digest.algorithm, value: digest.value },
    text,
    nonce: base64Url(crypto.getRandomValues(new Uint8Array(nonceBytes))),
    issuedAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + lifeSeconds * 1000).toISOString(),
  });
  const signature = await key.sign(new TextEncoder().encode(`onelock-request-ticket-v1\n${statement}`));
  return { key: key.id, statement, signature: base64(signature) };
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

function base64Url(bytes: Uint8Array): string {
  return base64(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}
