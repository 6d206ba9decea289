/**
 * Command codes of GM/T 0017-2012 as two vendors' programs agree on them; the standard's own text was not at hand. Encodings of
 * data are those of one of them, where the other does not contradict.
 */
export const INS = {
  GetDevInfo: 0x04,
  GetPINInfo: 0x14,
  ChangePIN: 0x16,
  VerifyPIN: 0x18,
  UnblockPIN: 0x1a,
  ClearSecureState: 0x1c,
  EnumApplication: 0x22,
  OpenApplication: 0x26,
  EnumFiles: 0x34,
  GetFileInfo: 0x36,
  ReadFile: 0x38,
  CreateContainer: 0x40,
  OpenContainer: 0x42,
  CloseContainer: 0x44,
  EnumContainer: 0x46,
  DeleteContainer: 0x48,
  ImportCertificate: 0x4c,
  ExportCertificate: 0x4e,
  GenRandom: 0x50,
  GenECCKeyPair: 0x70,
  ImportECCKeyPair: 0x72,
  ECCSignData: 0x74,
  ExportPublicKey: 0x88,
  ImportSessionKey: 0xa0,
  DecryptInit: 0xac,
  DecryptUpdate: 0xb0,
  DestroySessionKey: 0xc4,
} as const;
export type GmInstruction = keyof typeof INS;

/** P2 of PIN commands. */
export const PIN_TYPE = { admin: 0, user: 1 } as const;
/** P1 of commands that name one of a container's two keys. */
export const KEY_USE = { encryption: 0, signing: 1 } as const;
/** P1 of ECCSignData for data that is e = SM3(ZA ‖ M) already. */
export const HASHED = 2;

export const SGD = { SM4_ECB: 0x401, SM4_CBC: 0x402, SM1_ECB: 0x101, SSF33_ECB: 0x201 } as const;
/** ReadRights of a file that nobody needs a PIN for. */
export const SECURE_ANYONE = 0xff;

/** What the application's status words mean beyond ISO/IEC 7816-4. */
export const gmCodes = {
  27272: 'ERR_TOKEN_NOT_FOUND',
  27018: 'ERR_TOKEN_SESSION_CLOSED',
  27281: 'ERR_TOKEN_KEY_NOT_FOUND',
  27283: 'ERR_TOKEN_FILE_NOT_FOUND',
  27284: 'ERR_TOKEN_KEY_NOT_FOUND',
  27285: 'ERR_TOKEN_KEY_NOT_FOUND',
  27286: 'ERR_TOKEN_KEY_NOT_FOUND',
  27293: 'ERR_TOKEN_ALGORITHM_UNSUPPORTED',
} as const;
