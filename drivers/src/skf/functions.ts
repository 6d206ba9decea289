/** How an argument crosses into C. `pointer` is a Buffer or null; a `handle` is what another function gave out. */
export type ArgumentKind = 'handle' | 'pointer' | 'ulong' | 'bool' | 'blockCipherParam';

const h = 'handle';
const p = 'pointer';
const u = 'ulong';
const b = 'bool';
const block = 'blockCipherParam';

/** Every function of GM/T 0016-2012 §7 in its order. Each returns a SAR_* code. */
export const functions = {
  // §7.1 devices
  SKF_WaitForDevEvent: [p, p, p],
  SKF_CancelWaitForDevEvent: [],
  SKF_EnumDev: [b, p, p],
  SKF_ConnectDev: [p, p],
  SKF_DisConnectDev: [h],
  SKF_GetDevState: [p, p],
  SKF_SetLabel: [h, p],
  SKF_GetDevInfo: [h, p],
  SKF_LockDev: [h, u],
  SKF_UnlockDev: [h],
  SKF_Transmit: [h, p, u, p, p],
  // §7.2 access control
  SKF_ChangeDevAuthKey: [h, p, u],
  SKF_DevAuth: [h, p, u],
  SKF_ChangePIN: [h, u, p, p, p],
  SKF_GetPINInfo: [h, u, p, p, p],
  SKF_VerifyPIN: [h, u, p, p],
  SKF_UnblockPIN: [h, p, p, p],
  SKF_ClearSecureState: [h],
  // §7.3 applications
  SKF_CreateApplication: [h, p, p, u, p, u, u, p],
  SKF_EnumApplication: [h, p, p],
  SKF_DeleteApplication: [h, p],
  SKF_OpenApplication: [h, p, p],
  SKF_CloseApplication: [h],
  // §7.4 files
  SKF_CreateFile: [h, p, u, u, u],
  SKF_DeleteFile: [h, p],
  SKF_EnumFiles: [h, p, p],
  SKF_GetFileInfo: [h, p, p],
  SKF_ReadFile: [h, p, u, u, p, p],
  SKF_WriteFile: [h, p, u, p, u],
  // §7.5 containers
  SKF_CreateContainer: [h, p, p],
  SKF_DeleteContainer: [h, p],
  SKF_OpenContainer: [h, p, p],
  SKF_CloseContainer: [h],
  SKF_EnumContainer: [h, p, p],
  SKF_GetContainerType: [h, p],
  SKF_ImportCertificate: [h, b, p, u],
  SKF_ExportCertificate: [h, b, p, p],
  // §7.6 cryptography
  SKF_GenRandom: [h, p, u],
  SKF_GenExtRSAKey: [h, u, p],
  SKF_GenRSAKeyPair: [h, u, p],
  SKF_ImportRSAKeyPair: [h, u, p, u, p, u],
  SKF_RSASignData: [h, p, u, p, p],
  SKF_RSAVerify: [h, p, p, u, p, u],
  SKF_RSAExportSessionKey: [h, u, p, p, p, p],
  SKF_ExtRSAPubKeyOperation: [h, p, p, u, p, p],
  SKF_ExtRSAPriKeyOperation: [h, p, p, u, p, p],
  SKF_GenECCKeyPair: [h, u, p],
  SKF_ImportECCKeyPair: [h, p],
  SKF_ECCSignData: [h, p, u, p],
  SKF_ECCVerify: [h, p, p, u, p],
  SKF_ECCExportSessionKey: [h, u, p, p, p],
  SKF_ExtECCEncrypt: [h, p, p, u, p],
  SKF_ExtECCDecrypt: [h, p, p, p, p],
  SKF_ExtECCSign: [h, p, p, u, p],
  SKF_ExtECCVerify: [h, p, p, u, p],
  SKF_GenerateAgreementDataWithECC: [h, u, p, p, u, p],
  SKF_GenerateAgreementDataAndKeyWithECC: [h, u, p, p, p, p, u, p, u, p],
  SKF_GenerateKeyWithECC: [h, p, p, p, u, p],
  SKF_ExportPublicKey: [h, b, p, p],
  SKF_ImportSessionKey: [h, u, p, u, p],
  SKF_SetSymmKey: [h, p, u, p],
  SKF_EncryptInit: [h, block],
  SKF_Encrypt: [h, p, u, p, p],
  SKF_EncryptUpdate: [h, p, u, p, p],
  SKF_EncryptFinal: [h, p, p],
  SKF_DecryptInit: [h, block],
  SKF_Decrypt: [h, p, u, p, p],
  SKF_DecryptUpdate: [h, p, u, p, p],
  SKF_DecryptFinal: [h, p, p],
  SKF_DigestInit: [h, u, p, p, u, p],
  SKF_Digest: [h, p, u, p, p],
  SKF_DigestUpdate: [h, p, u],
  SKF_DigestFinal: [h, p, p],
  SKF_MacInit: [h, p, p],
  SKF_Mac: [h, p, u, p, p],
  SKF_MacUpdate: [h, p, u],
  SKF_MacFinal: [h, p, p],
  SKF_CloseHandle: [h],
} as const satisfies Record<string, readonly ArgumentKind[]>;

export type FunctionName = keyof typeof functions;

/** Without these nothing can be listed or signed; a library that lacks one is no SKF library. */
export const requiredFunctions = [
  'SKF_EnumDev',
  'SKF_ConnectDev',
  'SKF_DisConnectDev',
  'SKF_GetDevInfo',
  'SKF_EnumApplication',
  'SKF_OpenApplication',
  'SKF_CloseApplication',
  'SKF_VerifyPIN',
  'SKF_EnumContainer',
  'SKF_OpenContainer',
  'SKF_CloseContainer',
  'SKF_ExportCertificate',
] as const satisfies readonly FunctionName[];
