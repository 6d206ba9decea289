import type { DriverFamily } from '../port/index.ts';

/** What a check is about; each family's standard has its own place for it. */
export type Topic =
  | 'enumerate'
  | 'device-info'
  | 'identities'
  | 'certificate'
  | 'pin-status'
  | 'verify-pin'
  | 'change-pin'
  | 'unblock-pin'
  | 'logout'
  | 'sign-sm2'
  | 'sign-rsa'
  | 'sign-ec'
  | 'decrypt'
  | 'decrypt-content'
  | 'events'
  | 'removed'
  | 'handles'
  | 'random'
  | 'generate-key'
  | 'import-certificate'
  | 'import-encryption-key';

const skf = 'GM/T 0016-2012';
const pkcs11 = 'PKCS #11 v2.40';
const piv = 'NIST SP 800-73-4 Part 2';
const gmt0017 = 'GM/T 0017';
const openpgp = 'OpenPGP card 3.4';
const port = 'OneLock drivers/src/port/token-driver.ts';

type Clauses = Readonly<Record<Topic, string>>;

const skfClauses: Clauses = {
  enumerate: `${skf} §7.1 SKF_EnumDev, SKF_ConnectDev`,
  'device-info': `${skf} §7.1 SKF_GetDevInfo`,
  identities: `${skf} §7.5 SKF_EnumContainer`,
  certificate: `${skf} §7.5 SKF_ExportCertificate`,
  'pin-status': `${skf} §7.2 SKF_GetPINInfo`,
  'verify-pin': `${skf} §7.2 SKF_VerifyPIN`,
  'change-pin': `${skf} §7.2 SKF_ChangePIN`,
  'unblock-pin': `${skf} §7.2 SKF_UnblockPIN`,
  logout: `${skf} §7.2 SKF_ClearSecureState`,
  'sign-sm2': `${skf} §7.6 SKF_ECCSignData; GB/T 32918.2-2016 §6.1`,
  'sign-rsa': `${skf} §7.6 SKF_RSASignData; RFC 8017 §8.2`,
  'sign-ec': `${skf} §7.6`,
  decrypt: `${skf} §7.6 (SKF_ECCDecrypt …); GB/T 32918.4-2016 §7`,
  'decrypt-content': `${skf} §7.6 SKF_ImportSessionKey, SKF_Decrypt`,
  events: `${skf} §7.1 SKF_WaitForDevEvent`,
  removed: `${skf} §7.1 SKF_GetDevState`,
  handles: `${skf} §7.6 SKF_CloseHandle`,
  random: `${skf} §7.6 SKF_GenRandom`,
  'generate-key': `${skf} §7.6 SKF_GenECCKeyPair, SKF_GenRSAKeyPair`,
  'import-certificate': `${skf} §7.5 SKF_ImportCertificate`,
  'import-encryption-key': `${skf} §7.6 SKF_ImportECCKeyPair; GB/T 35276-2017 §7.4`,
};

const pkcs11Clauses: Clauses = {
  enumerate: `${pkcs11} §5.5 C_GetSlotList`,
  'device-info': `${pkcs11} §5.5 C_GetTokenInfo`,
  identities: `${pkcs11} §5.7 C_FindObjects`,
  certificate: `${pkcs11} §4.6 CKO_CERTIFICATE`,
  'pin-status': `${pkcs11} §3.2 CK_TOKEN_INFO flags`,
  'verify-pin': `${pkcs11} §5.6 C_Login`,
  'change-pin': `${pkcs11} §5.5 C_SetPIN`,
  'unblock-pin': `${pkcs11} §5.5 C_InitPIN`,
  logout: `${pkcs11} §5.6 C_Logout`,
  'sign-sm2': `${pkcs11} §5.11 C_Sign (vendor's SM2 mechanism); GB/T 32918.2-2016 §6.1`,
  'sign-rsa': `${pkcs11} §5.11 C_Sign, CKM_RSA_PKCS`,
  'sign-ec': `${pkcs11} §5.11 C_Sign, CKM_ECDSA`,
  decrypt: `${pkcs11} §5.9 C_Decrypt`,
  'decrypt-content': `${pkcs11} §5.14 C_UnwrapKey`,
  events: `${pkcs11} §5.5 C_WaitForSlotEvent, C_GetSlotInfo`,
  removed: `${pkcs11} §5.1 CKR_DEVICE_REMOVED, CKR_TOKEN_NOT_PRESENT`,
  handles: `${pkcs11} §5.6 C_CloseSession`,
  random: `${pkcs11} §5.15 C_GenerateRandom`,
  'generate-key': `${pkcs11} §5.14 C_GenerateKeyPair`,
  'import-certificate': `${pkcs11} §5.7 C_CreateObject`,
  'import-encryption-key': `${pkcs11} §5.14 C_UnwrapKey; GB/T 35276-2017 §7.4`,
};

/** A card is PIV, GM/T 0017 or OpenPGP; which one its model tells, so that all are named. */
const cardClauses: Clauses = {
  enumerate: 'PC/SC Part 5 SCardListReaders, SCardGetStatusChange',
  'device-info': `${piv} §3.1.1 SELECT; ${gmt0017} GetDevInfo (04); ${openpgp} §4.4.1 application related data (6E)`,
  identities: `${piv} §3.1.2 GET DATA; ${gmt0017} EnumContainer (46); ${openpgp} §7.2.6 GET DATA`,
  certificate: `${piv} §3.1.2 GET DATA; ${gmt0017} ExportCertificate (4E); ${openpgp} §7.2.5 SELECT DATA, §7.2.6 GET DATA (7F21)`,
  'pin-status': `${piv} §3.2.1 VERIFY without data; ${gmt0017} GetPINInfo (14); ${openpgp} §4.4.1 PW status bytes (C4)`,
  'verify-pin': `${piv} §3.2.1 VERIFY; ${gmt0017} VerifyPIN (18); ${openpgp} §7.2.2 VERIFY`,
  'change-pin': `${piv} §3.2.2 CHANGE REFERENCE DATA; ${gmt0017} ChangePIN (16); ${openpgp} §7.2.3 CHANGE REFERENCE DATA`,
  'unblock-pin': `${piv} §3.2.3 RESET RETRY COUNTER; ${gmt0017} UnblockPIN (1A); ${openpgp} §7.2.4 RESET RETRY COUNTER`,
  logout: `${piv} §3.1.1 SELECT; ${gmt0017} ClearSecureState (1C); ${openpgp} §7.2.2 VERIFY with P1 FF`,
  'sign-sm2': `${gmt0017} ECCSignData (74); GB/T 32918.2-2016 §6.1`,
  'sign-rsa': `${piv} §3.2.4 GENERAL AUTHENTICATE; ${gmt0017} RSASignData (58); ${openpgp} §7.2.10 PSO: COMPUTE DIGITAL SIGNATURE`,
  'sign-ec': `${piv} §3.2.4 GENERAL AUTHENTICATE; ${openpgp} §7.2.10 PSO: COMPUTE DIGITAL SIGNATURE`,
  decrypt: `${piv} §3.2.4 GENERAL AUTHENTICATE; ${openpgp} §7.2.11 PSO: DECIPHER`,
  'decrypt-content': `${gmt0017} ImportSessionKey (A0), Decrypt (AC–B2)`,
  events: 'PC/SC Part 5 SCardGetStatusChange',
  removed: 'PC/SC Part 5 SCARD_W_REMOVED_CARD',
  handles: 'PC/SC Part 5 SCardDisconnect',
  random: `${gmt0017} GenRandom (50); ${openpgp} §7.2.15 GET CHALLENGE`,
  'generate-key': `${piv} §3.3.2 GENERATE ASYMMETRIC KEY PAIR; ${gmt0017} GenECCKeyPair (70)`,
  'import-certificate': `${piv} §3.3.1 PUT DATA; ${gmt0017} ImportCertificate (4C)`,
  'import-encryption-key': `${gmt0017} ImportECCKeyPair (72); GB/T 35276-2017 §7.4`,
};

const portMethods: Clauses = {
  enumerate: `${port} listDevices`,
  'device-info': `${port} TokenDevice`,
  identities: `${port} listIdentities`,
  certificate: `${port} TokenIdentity`,
  'pin-status': `${port} pinStatus`,
  'verify-pin': `${port} openSession`,
  'change-pin': `${port} changePin`,
  'unblock-pin': `${port} unblockPin`,
  logout: `${port} closeSession`,
  'sign-sm2': `${port} sign; GB/T 32918.2-2016 §6.1`,
  'sign-rsa': `${port} sign; RFC 8017 §8.2`,
  'sign-ec': `${port} sign; FIPS 186-5 §6`,
  decrypt: `${port} decrypt; GB/T 32918.4-2016 §7`,
  'decrypt-content': `${port} decryptContent`,
  events: `${port} onDevicesChanged`,
  removed: `${port} ERR_TOKEN_REMOVED`,
  handles: `${port} ERR_TOKEN_SESSION_CLOSED`,
  random: `${port} random`,
  'generate-key': `${port} generateKeyPair`,
  'import-certificate': `${port} importCertificate`,
  'import-encryption-key': `${port} importEncryptionKeyPair; GB/T 35276-2017 §7.4`,
};

const byFamily: Readonly<Record<DriverFamily, Clauses>> = {
  skf: skfClauses,
  pkcs11: pkcs11Clauses,
  card: cardClauses,
  soft: portMethods,
  cloud: portMethods,
};

/** Where a family's standard speaks of a topic. */
export function clauseOf(family: DriverFamily, topic: Topic): string {
  return byFamily[family][topic];
}
