import { utf8Encode } from '@onelock/core/bytes';
import { computeZa } from '@onelock/core/crypto';
import { isCodedError } from '@onelock/core/errors';
import { type ConformanceCase, Unsupported } from '../conformance-case.ts';
import { type KeyKindName, message, type SigningKey, type Trial } from '../trial.ts';
import { fill, says, type TwoWords } from '../words.ts';

const notVerified = says('签名与证书不符', 'the signature is not of the certificate’s key');
const names: Readonly<Record<KeyKindName, string>> = { sm2: 'SM2', rsa: 'RSA', ec: 'P-256' };

function signingCase(kind: KeyKindName, title: TwoWords): ConformanceCase {
  return {
    id: `sign-${kind}`,
    title,
    topic: `sign-${kind}`,
    async run(trial) {
      const device = await trial.device();
      trial.require(device, 'sign-message');
      const keys = await keysOfKind(trial, kind);
      await trial.withSession(device.id, async (session) => {
        for (const key of keys) {
          trial.expect(await trial.signs(session, key), notVerified);
          trial.expect(await trial.signs(session, key, new Uint8Array(0)), notVerified);
          trial.expect(await trial.signs(session, key, new Uint8Array(100_000)), notVerified);
          if (device.capabilities.includes('sign-digest')) await signDigest(trial, session, key);
        }
        for (const key of (await trial.signingKeys(device.id)).filter((each) => each.kind !== kind))
          await refusesAlgorithm(trial, session, key, keys[0]);
      });
    },
  };
}

/** @throws {Unsupported} where the device has no such key */
async function keysOfKind(trial: Trial, kind: KeyKindName): Promise<readonly SigningKey[]> {
  const device = await trial.device();
  const keys = (await trial.signingKeys(device.id)).filter((key) => key.kind === kind);
  if (keys.length > 0) return keys;
  const words = device.algorithms.includes(kind)
    ? says('介质内没有 {name} 签名证书', 'no {name} signing certificate on the device')
    : says('该介质不支持 {name}', 'the token does not do {name}');
  throw new Unsupported(fill(words, { name: names[kind] }));
}

type Session = Parameters<Trial['signs']>[0];

async function signDigest(
  trial: Trial,
  session: Session,
  { identity, algorithm, certificate }: SigningKey,
): Promise<void> {
  const { ops } = trial.subject;
  const { publicKey } = certificate;
  const digest =
    publicKey.kind === 'sm2' && algorithm.kind === 'sm2-sm3'
      ? ops.digest('sm3', computeZa(ops, publicKey.point, algorithm.userId), message)
      : ops.digest('sha256', message);
  let signature: Uint8Array;
  try {
    signature = await trial.driver.sign(session, identity.id, algorithm, { kind: 'digest', bytes: digest });
  } catch (error) {
    // The token signs digests with some of its keys, and this is none of them.
    if (!isCodedError(error) || error.code !== 'ERR_TOKEN_ALGORITHM_UNSUPPORTED') throw error;
    return trial.note(says('这把密钥不签摘要', 'this key signs no digests of others'));
  }
  trial.expect(ops.verify(publicKey, algorithm, message, signature), notVerified);
  await trial.refuses(
    trial.driver.sign(session, identity.id, algorithm, { kind: 'digest', bytes: digest.subarray(1) }),
    ['ERR_REQUEST_INVALID', 'ERR_CRYPTO_DIGEST_LENGTH'],
    says('长度不对的摘要也签了', 'a digest of another length was signed'),
  );
}

/** A key never signs by the algorithm of another. */
async function refusesAlgorithm(
  trial: Trial,
  session: Session,
  key: SigningKey,
  other: SigningKey | undefined,
): Promise<void> {
  if (other === undefined) return;
  await trial.refuses(
    trial.driver.sign(session, key.identity.id, other.algorithm, { kind: 'message', bytes: message }),
    ['ERR_TOKEN_ALGORITHM_UNSUPPORTED'],
    says('密钥用了别的算法签名', 'a key signed by the algorithm of another'),
  );
}

export const endurance: ConformanceCase = {
  id: 'endurance',
  title: says('连续签名', 'many signatures in one session'),
  topic: 'sign-sm2',
  async run(trial) {
    const { signatures } = trial.subject;
    const device = await trial.device();
    const keys = await trial.signingKeys(device.id);
    const key = keys.find(({ kind }) => kind === 'sm2') ?? keys.find(({ kind }) => kind === 'ec') ?? keys[0];
    if (key === undefined) throw new Unsupported(says('没有签名证书', 'no signing certificate'));
    trial.about(`sign-${key.kind}`);
    const start = performance.now();
    await trial.withSession(device.id, async (session) => {
      for (let index = 0; index < signatures; index += 1) {
        const words = fill(says('第 {index} 次：签名与证书不符', 'number {index}: not of the certificate’s key'), {
          index: index + 1,
        });
        trial.expect(await trial.signs(session, key, utf8Encode(`message ${index}`)), words);
      }
    });
    const each = (performance.now() - start) / signatures;
    trial.note(
      fill(says('{count} 次 {name} 签名，平均 {each} 毫秒', '{count} signatures with {name}, {each} ms each'), {
        count: signatures,
        name: names[key.kind],
        each: each.toFixed(1),
      }),
    );
  },
};

export const together: ConformanceCase = {
  id: 'together',
  title: says('同时到来的多个请求', 'many requests at once'),
  topic: 'handles',
  async run(trial) {
    const device = await trial.device();
    const [key] = await trial.signingKeys(device.id);
    if (key === undefined) throw new Unsupported(says('没有签名证书', 'no signing certificate'));
    const first = await trial.driver.openSession(device.id, trial.subject.pin());
    const second = await trial.driver.openSession(device.id, trial.subject.pin());
    const sessions = [first, second, first, second, first, second];
    const signed = await Promise.all(
      sessions.map((session, index) => trial.signs(session, key, utf8Encode(`message ${index}`))),
    );
    trial.expect(signed.every(Boolean), says('有签名与请求不符', 'a signature is of another request'));
    trial.about('logout');
    await trial.driver.closeSession(first);
    trial.expect(await trial.signs(second, key), says('关闭一个会话影响另一个', 'one session ends with the other'));
    await trial.refuses(
      trial.signs(first, key),
      ['ERR_TOKEN_SESSION_CLOSED'],
      says('已关闭的会话仍能签名', 'a closed session signs'),
    );
    await trial.driver.closeSession(second);
    await trial.driver.closeSession(second);
  },
};

export const signingCases: readonly ConformanceCase[] = [
  signingCase('sm2', says('SM2 签名', 'sign with SM2')),
  signingCase('rsa', says('RSA 签名', 'sign with RSA')),
  signingCase('ec', says('P-256 签名', 'sign with P-256')),
];
