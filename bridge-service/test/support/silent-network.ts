import { connect, createServer, type NetConnectOpts, type Socket } from 'node:net';

export interface SilentNetwork {
  readonly port: number;
  /** From now on nothing passes, and nobody is told: connections stay open, new ones are taken and get no answer. */
  fallSilent(): void;
  /** New connections pass again. Those from before stay as dead as a firewall leaves them that forgot them. */
  comeBack(): void;
  close(): Promise<void>;
}

/** A way to a server that can fall silent, as a network does that drops packets. */
export async function silentNetwork(to: NetConnectOpts): Promise<SilentNetwork> {
  const sockets = new Set<Socket>();
  let silent = false;
  const server = createServer((near) => {
    const far = connect(to);
    const cut = { is: silent };
    cuts.add(cut);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('error', () => undefined);
      from.on('data', (bytes: Buffer) => {
        if (!cut.is) to.write(bytes);
      });
      from.on('close', () => {
        sockets.delete(from);
        if (!cut.is) to.destroy();
      });
    }
  });
  const cuts = new Set<{ is: boolean }>();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    fallSilent() {
      silent = true;
      for (const cut of cuts) cut.is = true;
    },
    comeBack() {
      silent = false;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
