import { authenticate, bytesFromBase64, connect, type OneLockClient, signMessage } from '@onelock/sdk';
import { afterEach, describe, expect, it } from 'vitest';
import { type Answer, reply, startWireAgent, type WireAgent } from './wire-agent.ts';

const key = 'k1_c29mdDpkZW1vOnNtMjox';
const token = {
  version: 1,
  origin: 'https://bid.example.cn',
  challenge: 'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=',
  certificate: 'AQID',
  algorithm: 'SM2-SM3',
  signature: 'BAUG',
};
const signed = { message: 'MAA=', algorithm: 'sm2-sm3', certificate: 'AQID', signingTime: null, timestamp: 'none' };

const answers: Answer = (frame, socket) => {
  if (frame.method === 'selectCertificate') reply(socket, frame.id, { identity: { key } });
  else reply(socket, frame.id, frame.method === 'authenticate' ? token : signed);
};

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

async function pair(): Promise<{ readonly agent: WireAgent; readonly client: OneLockClient }> {
  const agent = await startWireAgent({ answer: answers });
  cleanups.push(agent.close);
  const client = await connect({ ports: [agent.port] });
  cleanups.push(client.close);
  return { agent, client };
}

describe('authenticate in one step', () => {
  it('lets the person pick, and gives a token that can be sent as JSON', async () => {
    const { agent, client } = await pair();
    const filter = { usage: 'sign' } as const;
    expect(await authenticate(client, { challenge: token.challenge, filter })).toEqual(token);
    expect(agent.frames.slice(1)).toMatchObject([
      { method: 'selectCertificate', params: { purpose: 'authenticate', filter } },
      { method: 'authenticate', params: { key, challenge: token.challenge } },
    ]);
  });

  it('asks nobody when the key is given, and takes the challenge as bytes too', async () => {
    const { agent, client } = await pair();
    const challenge = bytesFromBase64(token.challenge) ?? new Uint8Array();
    await authenticate(client, { challenge, key, display: { title: '登录' } });
    expect(agent.frames.slice(1)).toMatchObject([
      { method: 'authenticate', params: { key, challenge: token.challenge, display: { title: '登录' } } },
    ]);
  });

  it('refuses a challenge that is no base64 before anybody is asked', async () => {
    const { agent, client } = await pair();
    await expect(authenticate(client, { challenge: 'not base64!' })).rejects.toMatchObject({
      code: 'ERR_CALL_PARAMS_INVALID',
      params: { field: '/challenge' },
    });
    expect(agent.frames).toHaveLength(1);
  });
});

describe('signMessage in one step', () => {
  it('lets the person pick, and gives the message as bytes', async () => {
    const { agent, client } = await pair();
    const result = await signMessage(client, { content: Uint8Array.of(1), form: 'attached' });
    expect(result.message).toEqual(Uint8Array.of(0x30, 0));
    expect(agent.frames.slice(1)).toMatchObject([
      { method: 'selectCertificate', params: { purpose: 'sign' } },
      { method: 'signMessage', params: { key, content: 'AQ==', form: 'attached' } },
    ]);
  });
});
