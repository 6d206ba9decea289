export { createBrowserCrypto } from './browser/create-browser-crypto.ts';
