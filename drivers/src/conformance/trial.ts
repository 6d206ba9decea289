import { utf8Encode } from '@onelock/core/bytes';
import { type PublicKey, type SignatureAlgorithm, sm2DefaultUserId } from '@onelock/core/crypto';
import { type ErrorCode, isCodedError } from '@onelock/core/errors';
import { type Certificate, parseCertificate } from '@onelock/core/x509';
import type {
  DeviceId,
  SessionId,
  TokenCapability,
  TokenDevice,
  TokenDriver,
  TokenIdentity,
  TokenLack,
} from '../port/index.ts';
import type { Topic } from './clauses.ts';
import { Departure, Unsupported } from './conformance-case.ts';
import type { ConformanceSubject, Permission } from './subject.ts';
import { fill, says, type TwoWords } from './words.ts';

export const message = utf8Encode('投标文件 bid.pdf');

export type KeyKindName = 'sm2' | 'rsa' | 'ec';

/** A signing key of the device, with what its certificate says of it. */
export interface SigningKey {
  readonly identity: TokenIdentity;
  readonly certificate: Certificate;
  readonly kind: KeyKindName;
  readonly algorithm: SignatureAlgorithm;
}

const lackWords: Readonly<Record<TokenLack['reason'], TwoWords>> = {
  family: says('该类接口没有此功能', 'the interface of this family has no such function'),
  library: says('厂商库没有此功能', "the vendor's library does not do it"),
  token: says('该介质不支持', 'the token does not do it'),
  manifest: says('驱动清单未启用', 'switched off by the driver’s manifest'),
  'not-built': says('一锁通尚未为该类介质实现', 'not built for this family yet'),
};

/** One case being tried: the device at hand, and the check that is under way, so that a failure cites its clause. */
export class Trial {
  readonly subject: ConformanceSubject;
  readonly notes: TwoWords[] = [];
  topic: Topic;

  constructor(subject: ConformanceSubject, topic: Topic) {
    this.subject = subject;
    this.topic = topic;
  }

  get driver(): TokenDriver {
    return this.subject.driver;
  }

  /** From here on a failure is of this topic. */
  about(topic: Topic): void {
    this.topic = topic;
  }

  expect(right: boolean, found: TwoWords): void {
    if (!right) throw new Departure(found);
  }

  note(words: TwoWords): void {
    this.notes.push(words);
  }

  /** The device under test as it is present now. */
  async device(): Promise<TokenDevice> {
    const { serialNumber } = this.subject;
    const devices = await this.driver.listDevices();
    const device = devices.find((each) => serialNumber === undefined || each.serialNumber === serialNumber);
    if (device === undefined) throw new Departure(says('介质不在列表中', 'the device is not listed'));
    return device;
  }

  /** @throws {Unsupported} with the reason that the device gives */
  require(device: TokenDevice, capability: TokenCapability): void {
    if (device.capabilities.includes(capability)) return;
    throw new Unsupported(lackOf(device, capability));
  }

  may(permission: Permission): boolean {
    return this.subject.may.has(permission);
  }

  async signingKeys(device: DeviceId, driver = this.driver): Promise<readonly SigningKey[]> {
    const identities = await driver.listIdentities(device);
    return identities.flatMap((identity) => {
      if (identity.signingCertificate === null) return [];
      const certificate = parseCertificate(identity.signingCertificate);
      const scheme = schemeOf(certificate.publicKey);
      return scheme === null ? [] : [{ identity, certificate, ...scheme }];
    });
  }

  async withSession<T>(device: DeviceId, act: (session: SessionId) => Promise<T>): Promise<T> {
    const { driver, subject, topic } = this;
    this.about('verify-pin');
    const session = await driver.openSession(device, subject.pin());
    this.about(topic);
    try {
      return await act(session);
    } finally {
      await driver.closeSession(session);
    }
  }

  async signs(
    session: SessionId,
    key: SigningKey,
    content: Uint8Array = message,
    driver = this.driver,
  ): Promise<boolean> {
    const { identity, algorithm, certificate } = key;
    const signature = await driver.sign(session, identity.id, algorithm, { kind: 'message', bytes: content });
    return this.subject.ops.verify(certificate.publicKey, algorithm, content, signature);
  }

  /** Demands that an act fails with one of these codes. */
  async refuses(act: Promise<unknown>, codes: readonly ErrorCode[], what: TwoWords): Promise<void> {
    try {
      await act;
    } catch (error) {
      if (!isCodedError(error)) throw error;
      if (codes.includes(error.code)) return;
      throw error;
    }
    throw new Departure(what);
  }
}

export function lackOf(device: TokenDevice, capability: TokenCapability): TwoWords {
  const lack = device.lacks?.find((each) => each.capability === capability);
  const why = lack === undefined ? lackWords.token : lackWords[lack.reason];
  const detail = lack?.detail ? ` (${lack.detail})` : '';
  return fill(says('无 {capability} 能力：{zh}{detail}', 'no {capability}: {en}{detail}'), {
    capability,
    detail,
    zh: why['zh-CN'],
    en: why.en,
  });
}

function schemeOf({ kind }: PublicKey): Pick<SigningKey, 'kind' | 'algorithm'> | null {
  if (kind === 'sm2') return { kind, algorithm: { kind: 'sm2-sm3', userId: sm2DefaultUserId } };
  if (kind === 'rsa') return { kind, algorithm: { kind: 'rsa-pkcs1v15', digest: 'sha256' } };
  if (kind === 'ec') return { kind, algorithm: { kind: 'ecdsa', digest: 'sha256' } };
  return null;
}
