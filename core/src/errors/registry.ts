import { agentErrors } from './rows/agent.ts';
import { authErrors } from './rows/auth.ts';
import { bytesErrors } from './rows/bytes.ts';
import { callErrors } from './rows/call.ts';
import { changeErrors } from './rows/change.ts';
import { cmsErrors } from './rows/cms.ts';
import { cryptoErrors } from './rows/crypto.ts';
import { derErrors } from './rows/der.ts';
import { documentErrors } from './rows/document.ts';
import { driverErrors } from './rows/driver.ts';
import { enrolmentErrors } from './rows/enrolment.ts';
import { envelopeErrors } from './rows/envelope.ts';
import { evidenceErrors } from './rows/evidence.ts';
import { fileErrors } from './rows/file.ts';
import { importErrors } from './rows/import.ts';
import { keyFileErrors } from './rows/key-file.ts';
import { loginErrors } from './rows/login.ts';
import { pathErrors } from './rows/path.ts';
import { phoneErrors } from './rows/phone.ts';
import { remoteSessionErrors } from './rows/remote-session.ts';
import { requestErrors } from './rows/request.ts';
import { revocationErrors } from './rows/revocation.ts';
import { sdkErrors } from './rows/sdk.ts';
import { sealErrors } from './rows/seal.ts';
import { serviceErrors } from './rows/service.ts';
import { signatureErrors } from './rows/signature.ts';
import { suiteErrors } from './rows/suite.ts';
import { ticketErrors } from './rows/ticket.ts';
import { timestampErrors } from './rows/timestamp.ts';
import { tokenErrors } from './rows/token.ts';
import { userErrors } from './rows/user.ts';
import { watchlistErrors } from './rows/watchlist.ts';
import { x509Errors } from './rows/x509.ts';

/** Every code there is. Once published, a code is never reused for another meaning. */
export const errorRegistry = {
  ...bytesErrors,
  ...derErrors,
  ...cryptoErrors,
  ...x509Errors,
  ...pathErrors,
  ...revocationErrors,
  ...evidenceErrors,
  ...cmsErrors,
  ...signatureErrors,
  ...envelopeErrors,
  ...keyFileErrors,
  ...fileErrors,
  ...sealErrors,
  ...documentErrors,
  ...timestampErrors,
  ...remoteSessionErrors,
  ...loginErrors,
  ...tokenErrors,
  ...driverErrors,
  ...agentErrors,
  ...userErrors,
  ...callErrors,
  ...serviceErrors,
  ...changeErrors,
  ...importErrors,
  ...watchlistErrors,
  ...ticketErrors,
  ...enrolmentErrors,
  ...phoneErrors,
  ...authErrors,
  ...requestErrors,
  ...sdkErrors,
  ...suiteErrors,
} as const;

export type ErrorCode = keyof typeof errorRegistry;
