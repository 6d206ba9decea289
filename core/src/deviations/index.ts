export { type DeviationPolicy, requireDeclared } from './declare.ts';
export { declaredDeviations } from './declared.ts';
export type { Deviation, DeviationUse } from './deviation.ts';
export { type Symptom, symptoms } from './symptom.ts';
