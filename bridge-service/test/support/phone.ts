import { get } from 'node:http';
import { fromBase64, toBase64 } from '@onelock/core/bytes';
import { encodeLoginToken, type LoginTokenWire, loginScheme, loginToBeSigned } from '@onelock/core/login';
import { parseCertificate } from '@onelock/core/x509';
import type * as client from 'openid-client';
import { type Company, companies } from '../../../demo/src/province/companies.ts';
import type { ServiceConfig } from '../../src/config.ts';
import { EnrolmentWorld, enrolmentOf, input, type Key, makeRequest, product } from './applicant.ts';
import {
  type Begun,
  begin,
  callback,
  configure,
  listen,
  type RegisteredClient,
  registerClient,
  Visitor,
} from './oidc-visitor.ts';
import type { Answer, TestService } from './service.ts';

/** What stands on screens, for the person who holds a phone and looks there. */
const onScreens = new Map<string, string>();

export const rightPin = 'a1'.repeat(32);
export const wrongPin = 'b2'.repeat(32);

/** A phone without a screen: what its page does, step by step. */
export class TestPhone {
  readonly service: TestService;
  readonly origin: string;
  readonly key: Key;
  id = '';
  secret = '';
  certificate: Uint8Array = new Uint8Array();
  readonly #request: Uint8Array;

  private constructor(service: TestService, origin: string, company: Company) {
    this.service = service;
    this.origin = origin;
    const { der, key } = makeRequest({ company });
    this.key = key;
    this.#request = der;
  }

  /** Registered, with a certificate of the world's CA. */
  static async enrolled(world: PhoneWorld, company: Company = companies.builder): Promise<TestPhone> {
    const phone = await TestPhone.registered(world, company);
    const made = await phone.call('applications', { ...input(world.ca.sm2, company), product: 'phone' });
    if (made.status !== 201) throw new Error(JSON.stringify(made.body));
    const own = { 'onelock-application-key': made.body.applicationKey };
    const at = `applications/${made.body.id}`;
    const submitted = await phone.call(`${at}/submission`, { request: toBase64(phone.#request) }, own);
    if (submitted.status !== 200) throw new Error(JSON.stringify(submitted.body));
    await world.ca.settle();
    const delivery = await phone.call(`${at}/delivery`, undefined, own);
    if (delivery.status !== 200) throw new Error(JSON.stringify(delivery.body));
    phone.certificate = fromBase64(delivery.body.signingCertificate);
    await phone.call(`${at}/installation`, {}, own);
    return phone;
  }

  static async registered(world: PhoneWorld, company: Company = companies.builder): Promise<TestPhone> {
    const phone = new TestPhone(world.service, world.url, company);
    const { status, body } = await phone.call('phones', {
      publicKey: toBase64(phone.key.publicKey.spki),
      pinProof: rightPin,
    });
    if (status !== 201) throw new Error(JSON.stringify(body));
    phone.id = body.id;
    phone.secret = body.key;
    return phone;
  }

  /** The same phone, whose requests reach another node. */
  through(service: TestService): TestPhone {
    const same: TestPhone = Object.create(this, { service: { value: service } });
    same.scan = (frame) => same.call('claims', { frame: frame.split('#')[1] ?? frame, by: 'camera' });
    same.unlock = (order, pinProof = rightPin, checkCode = onScreens.get(order)) =>
      same.call(`orders/${order}/unlock`, { pinProof, ...(checkCode != null && { checkCode }) });
    same.send = (order, token) => same.call(`orders/${order}/approval`, { token });
    return same;
  }

  call(path: string, body?: object, headers: Record<string, string> = {}): Promise<Answer> {
    return this.service.call(body === undefined ? 'GET' : 'POST', `/phone/api/${path}`, {
      ...(body !== undefined && { body }),
      headers: {
        ...{ origin: this.origin, 'x-onelock-page': 'phone', 'onelock-phone': `${this.id}.${this.secret}` },
        ...headers,
      },
    });
  }

  /** By its own camera. */
  scan = (frame: string): Promise<Answer> => this.call('claims', { frame: frame.split('#')[1] ?? frame, by: 'camera' });
  /** As a link that somebody sent. */
  follow = (frame: string): Promise<Answer> => this.call('claims', { frame: frame.split('#')[1] ?? frame });
  type = (code: string): Promise<Answer> => this.call('claims', { code });
  /** @param checkCode  what stands on the screen of that order, unless another is typed; null for none */
  unlock = (
    order: string,
    pinProof = rightPin,
    checkCode: string | null | undefined = onScreens.get(order),
  ): Promise<Answer> => this.call(`orders/${order}/unlock`, { pinProof, ...(checkCode != null && { checkCode }) });
  deny = (order: string, cause = 'not-me'): Promise<Answer> => this.call(`orders/${order}/denial`, { cause });
  send = (order: string, token: unknown): Promise<Answer> => this.call(`orders/${order}/approval`, { token });

  sign({ challenge, origin }: { challenge: string; origin: string }, certificate = this.certificate): LoginTokenWire {
    const { ops } = this.service.ports;
    const scheme = loginScheme(parseCertificate(certificate).publicKey);
    const bytes = fromBase64(challenge);
    const statement = { purpose: 'login', origin, challenge: bytes, certificate, digest: scheme.digest } as const;
    const signature = ops.sign(this.key.privateKey, scheme.signature, loginToBeSigned(statement, ops));
    return encodeLoginToken({ version: 1, origin, challenge: bytes, certificate, algorithm: scheme.id, signature });
  }

  /** From the code on the screen to what was judged. */
  async approve(code: string): Promise<Answer> {
    const { body: order } = await this.type(code);
    await this.unlock(order.id);
    return this.send(order.id, this.sign(order));
  }
}

/** Somebody's browser at the login page, with the order that it began there. */
export class Screen {
  readonly visitor: Visitor;
  readonly page: string;
  // biome-ignore lint/suspicious/noExplicitAny: an answer is read field by field
  order: any = null;

  constructor(visitor: Visitor, page: string) {
    this.visitor = visitor;
    this.page = page;
  }

  static async open(begun: Begun): Promise<Screen> {
    const visitor = new Visitor();
    const screen = new Screen(visitor, (await visitor.follow(begun.url.href)).url);
    const { status, body } = await screen.act('order');
    if (status !== 200) throw new Error(JSON.stringify(body));
    screen.order = body;
    return screen;
  }

  // biome-ignore lint/suspicious/noExplicitAny: as above
  async act(name: string, body: object = {}): Promise<{ readonly status: number; readonly body: any }> {
    const answer = await this.visitor.open(`${this.page}/phone/${name}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', origin: new URL(this.page).origin, 'x-onelock-page': 'login' },
    });
    const told = JSON.parse(answer.text);
    if (told.checkCode !== undefined) onScreens.set(told.id, told.checkCode);
    return { status: answer.status, body: told };
  }

  finish = (order: string = this.order.id) => this.act('finish', { order });
  cancel = (order: string = this.order.id) => this.act('cancel', { order });

  /** The states that the stream tells, until it tells `last`. */
  async follow(last: string, order: string = this.order.id): Promise<readonly string[]> {
    const { text } = await this.#listen(order, (told) => told.includes(`"state":"${last}"`));
    const states = [...text.matchAll(/"state":"(\w+)"/g)].map(([, state = '']) => state);
    return states.filter((state, index) => state !== states[index - 1]);
  }

  /** What the stream says first: the order as it is, and a frame while it is shown. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  async look(order: string = this.order.id): Promise<{ readonly order: any; readonly frame: string | null }> {
    const { status, text } = await this.#listen(order, (told) =>
      /event: order\n.*\n\n(event: frame\n.*\n\n|: here)/.test(told),
    );
    if (status !== 200) return { order: JSON.parse(text), frame: null };
    return {
      order: JSON.parse(/event: order\ndata: (.*)\n/.exec(text)?.[1] ?? 'null'),
      frame: /event: frame\ndata: (.*)\n/.exec(text)?.[1] ?? null,
    };
  }

  /** Not by `fetch`, which opens another connection for one that was given up, asks nothing on it, and a server that stops waits for it. */
  #listen(
    order: string,
    enough: (told: string) => boolean,
  ): Promise<{ readonly status: number; readonly text: string }> {
    const cookie = [...this.visitor.cookies].map(([name, { value }]) => `${name}=${value}`).join('; ');
    return new Promise((resolve, reject) => {
      const asked = get(`${this.page}/phone/stream?order=${order}`, { headers: { cookie }, agent: false }, (answer) => {
        let text = '';
        const done = (): void => {
          resolve({ status: answer.statusCode ?? 0, text });
          asked.destroy();
        };
        answer.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
          if (enough(text)) done();
        });
        answer.on('end', done);
      });
      asked.on('error', reject);
    });
  }
}

/** A service with a CA that certifies phones, a platform, and its client. */
export class PhoneWorld {
  readonly ca: EnrolmentWorld;
  readonly service: TestService;
  readonly url: string;
  readonly platformId: string;
  readonly registered: RegisteredClient;
  readonly config: client.Configuration;
  readonly back: string;

  private constructor(parts: Pick<PhoneWorld, 'ca' | 'url' | 'platformId' | 'registered' | 'config' | 'back'>) {
    this.ca = parts.ca;
    this.service = parts.ca.service;
    this.url = parts.url;
    this.platformId = parts.platformId;
    this.registered = parts.registered;
    this.config = parts.config;
    this.back = parts.back;
  }

  /** @param back  where the platform wants people to come back to */
  static async start(back = callback, more: Partial<ServiceConfig> = {}): Promise<PhoneWorld> {
    const ca = await EnrolmentWorld.start(more);
    const { service } = ca;
    const url = await listen(service);
    await service.call('PUT', `/v1/cas/${ca.sm2}/enrolment`, {
      token: service.administrator,
      body: enrolmentOf(`http://127.0.0.1:${ca.ca.port}/sm2/.well-known/est`, [
        { ...product('phone', 'sm2', 'single'), label: 'single', medium: 'phone' },
        { ...product('sm2-single', 'sm2', 'single'), label: 'single' },
      ]),
    });
    const { body } = await service.call('POST', '/v1/callers', {
      token: service.administrator,
      body: { name: '示范平台', role: 'platform', origins: [new URL(back).origin] },
    });
    const registered = await registerClient(service, body.id, { redirectUris: [back], postLogoutRedirectUris: [] });
    const config = await configure(url, registered);
    return new PhoneWorld({ ca, url, platformId: body.id, registered, config, back });
  }

  begin = (): Promise<Begun> => begin(this.config, { redirect_uri: this.back });

  async screen(): Promise<Screen> {
    return Screen.open(await this.begin());
  }

  close = (): Promise<void> => this.ca.close();
}
