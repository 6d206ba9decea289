export { createSoftDriver } from './create-soft-driver.ts';
export { createSoftToken } from './create-soft-token.ts';
export type { SoftIdentityContents, SoftKeyContents, SoftTokenContents } from './soft-token.ts';
