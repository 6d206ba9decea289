import { toBase64 } from '@onelock/core/bytes';
import { parseSignedData, type SignedContent, type SignedData } from '@onelock/core/cms';
import { decodeResult, type Params, type Result } from '@onelock/core/contract';
import { type CryptoOps, encodeEcdsaSignature, type PublicKey, parsePublicKey } from '@onelock/core/crypto';
import { CodedError, type ErrorCode, isCodedError } from '@onelock/core/errors';
import { judgeCertificate, judgeMessage, judgeSignature, type TrustEvidence } from '@onelock/core/validation';
import { type Certificate, parseCertificate } from '@onelock/core/x509';
import { signatureAlgorithmOf } from '../shapes/signature-algorithm.ts';
import type { ServiceClient, ServicePath } from './service-client.ts';
import type { LocalTrust } from './trust-anchors.ts';

type JudgedCall = 'validateCertificate' | 'verifyData' | 'verifyMessage';

/** Verdicts for pages: the service's when it can be asked, else the agent's own from what it has, and each says whose it is. */
export interface Judge {
  certificate(params: Params<'validateCertificate'>): Promise<Result<'validateCertificate'>>;
  signature(params: Params<'verifyData'>): Promise<Result<'verifyData'>>;
  message(params: Params<'verifyMessage'>): Promise<Result<'verifyMessage'>>;
  /** Of a file that passed by: always the agent's own. */
  fileSignature(question: FileQuestion): Result<'verifyMessage'>;
  /** Where a signer may be looked for beside the message. */
  knownCertificates(params: TrustQuestion): readonly Certificate[];
}

export interface FileQuestion extends TrustQuestion {
  readonly message: SignedData;
  readonly content: SignedContent;
}

export interface JudgeParts {
  readonly service: ServiceClient | null;
  readonly trust: LocalTrust;
  readonly ops: CryptoOps;
  readonly now: () => Date;
  /** The service refused a question that the agent then answered itself. */
  readonly onServiceRefusal: (code: ErrorCode) => void;
}

export function createJudge(parts: JudgeParts): Judge {
  const { ops, trust } = parts;

  const evidenceFor = (params: TrustQuestion): TrustEvidence => {
    const local = trust.certificates();
    return {
      intermediates: [...(params.intermediates ?? []).map((der) => parseCertificate(der)), ...local.intermediates],
      trustAnchors: local.anchors.map((certificate) => ({ kind: 'certificate', certificate })),
      at: params.at === undefined ? parts.now() : new Date(params.at),
      profile: params.profile ?? 'rfc5280',
      revocation: params.revocation ?? 'if-available',
    };
  };

  const judged = async <C extends JudgedCall>(
    call: C,
    params: TrustQuestion,
    ask: { readonly path: ServicePath; readonly body: object },
    offline: () => object,
  ): Promise<Result<C>> => {
    const answer = await askService(parts, params, ask.path, ask.body);
    const report = answer === null ? offline() : answer;
    return decodeResult(call, withJudge(report, answer === null ? 'agent' : 'service'));
  };

  return {
    certificate: (params) =>
      judged(
        'validateCertificate',
        params,
        {
          path: '/v1/certificates/validate',
          body: { certificate: toBase64(params.certificate), ...intermediatesOf(params) },
        },
        () => judgeCertificate({ certificate: parseCertificate(params.certificate), ...evidenceFor(params) }, ops),
      ),

    message: (params) =>
      judged(
        'verifyMessage',
        params,
        {
          path: '/v1/signatures/verify',
          body: {
            kind: 'message',
            message: toBase64(params.message),
            ...(params.content === undefined ? {} : { content: toBase64(params.content) }),
            ...intermediatesOf(params),
          },
        },
        () =>
          judgeMessage(
            { message: parseSignedData(params.message), content: params.content, ...evidenceFor(params) },
            ops,
          ),
      ),

    knownCertificates: (params) => evidenceFor(params).intermediates,

    fileSignature: ({ message, content, ...params }) =>
      decodeResult(
        'verifyMessage',
        withJudge(judgeMessage({ message, content, ...evidenceFor(params) }, ops), 'agent'),
      ),

    signature: async (params) => {
      const { signedBy } = params;
      const key =
        signedBy.kind === 'certificate'
          ? parseCertificate(signedBy.certificate).publicKey
          : parsePublicKey(signedBy.publicKey);
      const algorithm = signatureAlgorithmOf(key, params.algorithm, params.sm2UserId);
      const signature = derSignature(key, params.signature, params.encoding ?? 'der');
      const trustQuestion: TrustQuestion = {
        ...params,
        intermediates: signedBy.kind === 'certificate' ? signedBy.intermediates : undefined,
      };
      const body = {
        kind: 'raw',
        content: toBase64(params.data),
        signature: toBase64(signature),
        ...(signedBy.kind === 'certificate'
          ? { certificate: toBase64(signedBy.certificate) }
          : { publicKey: toBase64(signedBy.publicKey) }),
        ...(params.algorithm === undefined ? {} : { algorithm: params.algorithm.toLowerCase() }),
        ...(params.sm2UserId === undefined ? {} : { userId: params.sm2UserId }),
        ...intermediatesOf(trustQuestion),
      };
      return judged('verifyData', trustQuestion, { path: '/v1/signatures/verify', body }, () =>
        judgeSignature(
          signedBy.kind === 'certificate'
            ? {
                content: params.data,
                signature,
                algorithm,
                certificate: parseCertificate(signedBy.certificate),
                ...evidenceFor(trustQuestion),
              }
            : { content: params.data, signature, algorithm, publicKey: key },
          ops,
        ),
      );
    },
  };
}

export interface TrustQuestion {
  readonly intermediates?: readonly Uint8Array[] | undefined;
  readonly at?: string | undefined;
  readonly profile?: TrustEvidence['profile'] | undefined;
  readonly revocation?: TrustEvidence['revocation'] | undefined;
}

function intermediatesOf(params: TrustQuestion): object {
  return params.intermediates === undefined || params.intermediates.length === 0
    ? {}
    : { intermediates: params.intermediates.map((der) => toBase64(der)) };
}

/** r‖s as DER, since everything inside works on DER. What cannot be r‖s stays what it is, and fails the judgement. */
function derSignature(key: PublicKey, signature: Uint8Array, encoding: 'der' | 'raw'): Uint8Array {
  if (encoding === 'der' || (key.kind !== 'sm2' && key.kind !== 'ec')) return signature;
  try {
    return encodeEcdsaSignature(signature, key.kind === 'sm2' ? 'sm2' : key.curve);
  } catch (error) {
    if (isCodedError(error)) return signature;
    throw error;
  }
}

/**
 * The service's report, or null when the agent must judge itself: no service, out of reach, or a question that the
 * service does not let an agent ask (its own time, profile and revocation mode are the operator's choice there).
 */
async function askService(
  parts: JudgeParts,
  params: TrustQuestion,
  path: ServicePath,
  body: object,
): Promise<object | null> {
  const { service } = parts;
  const ownTerms = params.at !== undefined || params.profile !== undefined || params.revocation !== undefined;
  if (service === null || !service.reachable || ownTerms) return null;
  try {
    const answer = await service.ask(path, body);
    if (typeof answer === 'object' && answer !== null) return answer;
    throw new CodedError('ERR_SERVICE_UNAVAILABLE');
  } catch (error) {
    if (!isCodedError(error)) throw error;
    if (isAboutTheInput(error.code)) throw error;
    parts.onServiceRefusal(error.code);
    return null;
  }
}

function isAboutTheInput(code: ErrorCode): boolean {
  return /^ERR_(?:X509|DER|CMS|CRYPTO|SIGNATURE|BYTES)_/.test(code);
}

/**
 * `kind` tells the service's answers apart, and beside the verdict it says what its sources gave and what it makes of the use: that is for
 * trading systems, which ask it themselves, and the contract has no place for it.
 */
const besideTheVerdict: ReadonlySet<string> = new Set(['kind', 'sources', 'admission', 'explanation', 'signed']);

function withJudge(report: object, checkedBy: 'service' | 'agent'): object {
  const told = Object.entries(report).filter(([field]) => !besideTheVerdict.has(field));
  return { ...(JSON.parse(JSON.stringify(Object.fromEntries(told))) as object), checkedBy };
}
