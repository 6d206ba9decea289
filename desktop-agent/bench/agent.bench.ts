// Round trips of calls that need no PIN, against a real agent in its own process, beside a bare WebSocket echo in its own
// process. The agent allows a burst of 120 calls on a connection and 40 a second after it, so every connection makes 100.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { contractVersion, wirePath, wireSubprotocol } from '@onelock/core/contract';
import { WebSocket } from 'ws';
import { type BenchRow, publishFindings, ratio } from '../../tools/src/bench/findings.ts';
import { quantile } from '../../tools/src/bench/measure.ts';
import { startAgentProcess } from '../test/support/agent-process.ts';
import { rememberAllowed } from '../test/support/allowed-sites.ts';

const site = 'https://ggzy.example.gov.cn';
const connections = 10;
const callsPerConnection = 100;

interface Peer {
  readonly name: string;
  readonly address: string;
  readonly method: string;
  readonly params: unknown;
}

async function open(address: string): Promise<WebSocket> {
  const socket = new WebSocket(address, wireSubprotocol, { origin: site });
  await once(socket, 'open');
  return socket;
}

async function roundTrip(socket: WebSocket, id: string, method: string, params: unknown): Promise<number> {
  const started = performance.now();
  const answered = once(socket, 'message');
  socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
  const [data] = (await answered) as [Buffer];
  const spent = performance.now() - started;
  const answer = JSON.parse(data.toString()) as { readonly id?: string; readonly error?: unknown };
  if (answer.id !== id || answer.error !== undefined) throw new Error(`${method} was not answered: ${data.toString()}`);
  return spent;
}

/** Peers take turns connection by connection; the first calls of a connection warm it up and do not count. */
async function measure(peers: readonly Peer[]): Promise<readonly BenchRow[]> {
  const times = new Map<string, number[]>(peers.map(({ name }) => [name, []]));
  for (let turn = 0; turn < connections; turn++) {
    for (const { name, address, method, params } of turn % 2 === 0 ? peers : peers.toReversed()) {
      const socket = await open(address);
      await roundTrip(socket, 'hello', 'hello', { contractVersion, client: 'bench' });
      for (let index = 0; index < callsPerConnection; index++) {
        const spent = await roundTrip(socket, `${turn}-${index}`, method, params);
        if (index >= 5) times.get(name)?.push(spent);
      }
      socket.close();
      await once(socket, 'close');
    }
  }
  return [...times].flatMap(([name, values]) =>
    [50, 99].map((percent) => ({
      name: `roundtrip.${name.replace('.', `-p${percent}.`)}`,
      unit: 'ms',
      value: Number(quantile(values, percent / 100).toPrecision(3)),
      spread: Number(((quantile(values, 0.75) - quantile(values, 0.25)) / 2 / quantile(values, 0.5)).toPrecision(2)),
    })),
  );
}

const echo = fork(fileURLToPath(new URL('echo-server.ts', import.meta.url)));
const agent = await startAgentProcess();
try {
  rememberAllowed(agent.stateDir, site);
  const [{ port: echoPort }] = (await once(echo, 'message')) as [{ port: number }];
  const digest = (bytes: number): unknown => ({
    data: Buffer.alloc(bytes, 0x5a).toString('base64'),
    algorithm: 'sm3',
  });
  const address = `ws://127.0.0.1:${agent.port}${wirePath}`;
  const rows = await measure([
    { name: 'get-agent-info.agent', address, method: 'getAgentInfo', params: {} },
    { name: 'digest-1k.agent', address, method: 'digestData', params: digest(1024) },
    { name: 'digest-256k.agent', address, method: 'digestData', params: digest(256 * 1024) },
    { name: 'echo.ws', address: `ws://127.0.0.1:${echoPort}`, method: 'echo', params: {} },
  ]);
  publishFindings({
    rows,
    ratios: [
      ...ratio(rows, 'roundtrip.get-agent-info-p50.agent', 'roundtrip.echo-p50.ws'),
      ...ratio(rows, 'roundtrip.digest-1k-p50.agent', 'roundtrip.echo-p50.ws'),
    ],
    absent: [],
  });
} finally {
  echo.kill();
  await agent.stop();
}
