export { parseEcPrivateKey, parseRsaPrivateKey } from './bare-private-keys.ts';
export { type CfcaKeyFile, parseCfcaKeyFile } from './cfca-key-file.ts';
export { decryptWithPassword, type KeyFileOps } from './decrypt-with-password.ts';
export { DerivationBudget } from './derivation-budget.ts';
export { decryptPrivateKey } from './encrypted-private-key.ts';
export { type EnvelopedKey, openEnvelopedKey, parseEnvelopedKey } from './enveloped-key.ts';
export { openPkcs12, type Pkcs12Contents } from './open-pkcs12.ts';
export { type Pfx, type PfxMac, type PfxSafe, parsePfx } from './parse-pfx.ts';
export type { Password } from './password-octets.ts';
