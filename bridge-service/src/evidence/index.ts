export { Evidence } from './evidence.ts';
export { measureEvidence } from './metrics.ts';
export { noEvidence } from './no-evidence.ts';
export { createEvidence, startEvidence } from './start-evidence.ts';
