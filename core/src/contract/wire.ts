/** Version of the interface: minor only adds. Exchanged in the handshake. */
export const contractVersion = '1.0';

/** WebSocket subprotocol that a page must ask for. */
export const wireSubprotocol = 'onelock.v1';

/** Loopback ports that the agent tries in order, and that the SDK probes in parallel. */
export const agentPorts: readonly [number, number, number, number] = [18965, 18966, 18967, 18968];

/** The WebSocket's path on the agent. */
export const wirePath = '/v1';

/** Largest text frame in either direction, in bytes; larger data travels as chunks (a later version). */
export const maxFrameBytes = 4 * 1024 * 1024;
