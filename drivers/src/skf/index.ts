export { createSkfDriver } from './create-skf-driver.ts';
export { loadKoffi } from './load-koffi.ts';
export { returnValueName, returnValueWords } from './return-values.ts';
