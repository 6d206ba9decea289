import { agentPorts, bytePaths, contractVersion, wirePath, wireSubprotocol } from '@onelock/core/contract';
import { callsInOrder, eventsInOrder } from './contract-order.ts';

/** What the SDK needs of the contract at run time, and no more: names, consents, and where bytes stand. */
export function sdkTables(): string {
  const rows = callsInOrder.map((call) => {
    const row = { consent: call.consent, params: bytePaths(call.params), result: bytePaths(call.result) };
    return `    ${call.name}: ${JSON.stringify(row)},`;
  });
  return `// Generated from core/contract by \`pnpm gen\`. Do not edit.

export const contractTables = {
  contractVersion: ${JSON.stringify(contractVersion)},
  subprotocol: ${JSON.stringify(wireSubprotocol)},
  path: ${JSON.stringify(wirePath)},
  ports: ${JSON.stringify(agentPorts)},
  events: ${JSON.stringify(eventsInOrder.map((event) => event.name))},
  calls: {
${rows.join('\n')}
  },
} as const;
`;
}
