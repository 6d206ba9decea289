export { createSoftDriver } from './create-soft-driver.ts';
export { createSoftToken } from './create-soft-token.ts';
export { answerSoftUnblock } from './remote-unblock.ts';
export type { SoftFileContents, SoftIdentityContents, SoftKeyContents, SoftTokenContents } from './soft-token.ts';
