import { fromHex } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { CodedError } from '@onelock/core/errors';
import { demandPair } from '../keys/demand-pair.ts';
import {
  CKF_RW_SESSION,
  CKF_SERIAL_SESSION,
  CKF_TOKEN_INITIALIZED,
  CKU_SO,
  CKU_USER,
  type Cryptoki,
  type Handle,
} from './abi.ts';
import { codedFailure } from './errors.ts';
import { openLibrary } from './load-module.ts';
import { printable } from './objects.ts';
import type { Pkcs11IdentityContents, Pkcs11TokenContents, ProvisionedPkcs11Token } from './provisioning.ts';
import { certificateTemplate, privateKeyTemplate, publicKeyTemplate } from './templates.ts';

/**
 * Writes a token by the library, in this process.
 * @throws {CodedError} as provisionPkcs11Token
 */
export function writePkcs11Token(contents: Pkcs11TokenContents): ProvisionedPkcs11Token {
  const cryptoki = openLibrary(contents.label, contents.library);
  try {
    const slot = initialise(cryptoki, freeSlot(cryptoki), contents);
    const session = native('C_OpenSession', () => cryptoki.C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION));
    native('C_Login', () => cryptoki.C_Login(session, CKU_SO, contents.soPin));
    native('C_InitPIN', () => cryptoki.C_InitPIN(session, contents.userPin));
    native('C_Logout', () => cryptoki.C_Logout(session));
    native('C_Login', () => cryptoki.C_Login(session, CKU_USER, contents.userPin));
    for (const identity of contents.identities) writeIdentity(cryptoki, session, identity);
    native('C_Logout', () => cryptoki.C_Logout(session));
    const { serialNumber, label } = native('C_GetTokenInfo', () => cryptoki.C_GetTokenInfo(slot));
    return { serialNumber: printable(serialNumber), label: printable(label) };
  } finally {
    cryptoki.C_Finalize();
    cryptoki.close();
  }
}

function freeSlot(cryptoki: Cryptoki): Handle {
  const slots = native('C_GetSlotList', () => cryptoki.C_GetSlotList(true));
  const free = slots.find((slot) => (tokenFlags(cryptoki, slot) & CKF_TOKEN_INITIALIZED) === 0);
  if (free === undefined) throw new CodedError('ERR_TOKEN_NOT_FOUND');
  return free;
}

/** @returns the slot in which the token now is */
function initialise(cryptoki: Cryptoki, slot: Handle, { label, soPin }: Pkcs11TokenContents): Handle {
  native('C_InitToken', () => cryptoki.C_InitToken(slot, soPin, label));
  if ((tokenFlags(cryptoki, slot) & CKF_TOKEN_INITIALIZED) !== 0) return slot;
  throw new CodedError('ERR_TOKEN_NOT_FOUND');
}

function tokenFlags(cryptoki: Cryptoki, slot: Handle): number {
  return native('C_GetTokenInfo', () => cryptoki.C_GetTokenInfo(slot)).flags;
}

function writeIdentity(cryptoki: Cryptoki, session: Handle, contents: Pkcs11IdentityContents): void {
  const { pkcs8, certificate, label } = contents;
  demandPair(createNodeCrypto(), pkcs8, certificate);
  const name = { id: Buffer.from(fromHex(contents.id)), label };
  const templates = [
    privateKeyTemplate(pkcs8, name),
    publicKeyTemplate(pkcs8, name),
    certificateTemplate(certificate, name),
  ];
  for (const template of templates) native('C_CreateObject', () => cryptoki.C_CreateObject(session, template));
}

function native<T>(api: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw codedFailure(api, error);
  }
}
