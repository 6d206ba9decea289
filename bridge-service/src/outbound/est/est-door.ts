import { toBase64, utf8Encode } from '@onelock/core/bytes';
import { CodedError, isCodedError } from '@onelock/core/errors';
import type { CaCredential, CaEnrolment } from '../../services/ports/application-records.ts';
import type { Clock } from '../../services/ports/clock.ts';
import type { EnrolmentAnswer, EnrolmentDoor } from '../../services/ports/enrolment.ts';
import { createOutbound, joinAnswer, type Outbound, type OutboundTls } from '../outbound.ts';
import { readCertsOnly, readIssued, readRetryAfter } from './read-answer.ts';

/** Reads a credential file of a name that was checked. @throws {CodedError} ERR_ENROLMENT_CREDENTIAL_MISSING { name } */
export type ReadCredential = (name: string) => string;

export interface EstOptions {
  readonly outbound: Outbound;
  readonly readCredential: ReadCredential;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

const limitBytes = 256 * 1024;
const longestDetail = 300;

/** The way to the CAs of a service with this configuration. */
export const createEnrolmentDoor = (
  networks: readonly string[],
  readCredential: ReadCredential,
  clock: Clock,
  timeoutMs = 30_000,
  proxy: string | null = null,
): EnrolmentDoor => createEstDoor({ outbound: createOutbound({ networks, proxy }), readCredential, clock, timeoutMs });

/** Enrolment over Secure Transport, RFC 7030 as RFC 8951 corrects it, with this service as the registration authority. */
export function createEstDoor({ outbound, readCredential, clock, timeoutMs }: EstOptions): EnrolmentDoor {
  const ask = async (enrolment: CaEnrolment, path: string, post: { body: string; headers: object } | null) => {
    const { headers, tls } = asCaller(enrolment.credential, readCredential);
    const answer = await reached(() =>
      outbound.ask({
        url: `${enrolment.url.replace(/\/$/, '')}${path}`,
        ...{ origin: 'registry', timeoutMs, limitBytes, statuses: 'any', redirects: 'refused' },
        ...(post !== null && { method: 'POST', body: utf8Encode(post.body) }),
        headers: { ...headers, ...post?.headers },
        tls: { ...tls, ca: enrolment.serverAnchors },
      }),
    );
    const { status } = answer;
    if (status === 401 || status === 403) throw new CodedError('ERR_ENROLMENT_CREDENTIAL_REFUSED', { status });
    if (status === 429 || status >= 500 || (status >= 300 && status < 400))
      throw new CodedError('ERR_ENROLMENT_CA_UNREACHABLE', { cause: `HTTP ${status}` });
    return { ...answer, body: joinAnswer(answer, 'own') };
  };

  return {
    async certificates(enrolment) {
      const { status, body } = await ask(enrolment, '/cacerts', null);
      if (status !== 200) throw new CodedError('ERR_ENROLMENT_ANSWER_MALFORMED', { cause: `HTTP ${status}` });
      return readCertsOnly(Buffer.from(body).toString('latin1'));
    },

    async enrol(enrolment, { operation, label, request, proof }): Promise<EnrolmentAnswer> {
      const answer = await ask(enrolment, `${label === undefined ? '' : `/${label}`}/${operation}`, {
        body: toBase64(request),
        headers: {
          'content-type': 'application/pkcs10',
          'content-transfer-encoding': 'base64',
          ...(proof !== undefined && { 'onelock-renewal-proof': toBase64(proof) }),
        },
      });
      const { status, contentType = '', body, retryAfter } = answer;
      if (status === 202) return { kind: 'pending', retryAfterSeconds: readRetryAfter(retryAfter, clock()) };
      if (status === 200) return readIssued(contentType, body);
      if (status < 400) throw new CodedError('ERR_ENROLMENT_ANSWER_MALFORMED', { cause: `HTTP ${status}` });
      return { kind: 'refused', status, detail: detailOf(contentType, body) };
    },
  };
}

/** Failures to reach a CA, told as such and not as trouble with evidence. */
async function reached<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!isCodedError(error)) throw error;
    const code = error.code === 'ERR_EVIDENCE_TOO_LARGE' || error.code === 'ERR_EVIDENCE_MALFORMED';
    throw new CodedError(
      code ? 'ERR_ENROLMENT_ANSWER_MALFORMED' : 'ERR_ENROLMENT_CA_UNREACHABLE',
      { cause: error.code },
      { cause: error },
    );
  }
}

function asCaller(
  credential: CaCredential,
  read: ReadCredential,
): { readonly headers: Readonly<Record<string, string>>; readonly tls: OutboundTls } {
  switch (credential.kind) {
    case 'none':
      return { headers: {}, tls: {} };
    case 'basic': {
      const pair = `${credential.user}:${read(credential.secret).trim()}`;
      return { headers: { authorization: `Basic ${toBase64(utf8Encode(pair))}` }, tls: {} };
    }
    case 'tls-certificate':
      return {
        headers: {},
        tls: { cert: read(`${credential.secret}.pem`), key: read(`${credential.secret}.key.pem`) },
      };
  }
}

/** What a CA says to its refusal, for operators: text alone, one line. */
function detailOf(contentType: string, body: Uint8Array): string {
  if (!/^text\/plain\b/i.test(contentType)) return '';
  return Buffer.from(body.subarray(0, 4 * longestDetail))
    .toString('utf8')
    .replaceAll(/[\p{Cc}\p{Cf}\ufffd]+/gu, ' ')
    .trim()
    .slice(0, longestDetail);
}
