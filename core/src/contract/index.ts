export { type CallDefinition, type CallFamily, type Consent, defineCall, type InvalidExample } from './define-call.ts';
export { agentPorts, contractVersion, maxFrameBytes, wirePath, wireSubprotocol } from './wire.ts';
