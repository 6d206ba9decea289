export { type LoginScheme, loginScheme } from './login-algorithm.ts';
export type { LoginDigest, LoginStatement } from './login-statement.ts';
export {
  beginsWithLoginTag,
  checkLoginChallenge,
  checkLoginOrigin,
  loginChallengeMaxBytes,
  loginChallengeMinBytes,
  loginTag,
  loginToBeSigned,
} from './login-to-be-signed.ts';
export type { LoginAlgorithm, LoginToken, LoginTokenWire } from './login-token.ts';
export { encodeLoginToken, parseLoginToken } from './login-wire.ts';
