import type { ErrorCode } from '../../errors/registry.ts';
import { agentWords } from './agent.ts';
import { authWords } from './auth.ts';
import { bytesWords } from './bytes.ts';
import { callWords } from './call.ts';
import { changeWords } from './change.ts';
import { cmsWords } from './cms.ts';
import { cryptoWords } from './crypto.ts';
import { derWords } from './der.ts';
import { documentWords } from './document.ts';
import { driverWords } from './driver.ts';
import { enrolmentWords } from './enrolment.ts';
import { envelopeWords } from './envelope.ts';
import { evidenceWords } from './evidence.ts';
import { fileWords } from './file.ts';
import { importWords } from './import.ts';
import { keyFileWords } from './key-file.ts';
import { loginWords } from './login.ts';
import { pathWords } from './path.ts';
import { phoneWords } from './phone.ts';
import { remoteSessionWords } from './remote-session.ts';
import { requestWords } from './request.ts';
import { revocationWords } from './revocation.ts';
import { sdkWords } from './sdk.ts';
import { sealWords } from './seal.ts';
import { serviceWords } from './service.ts';
import { signatureWords } from './signature.ts';
import { suiteWords } from './suite.ts';
import { ticketWords } from './ticket.ts';
import { timestampWords } from './timestamp.ts';
import { tokenWords } from './token.ts';
import { userWords } from './user.ts';
import { watchlistWords } from './watchlist.ts';
import { x509Words } from './x509.ts';

export const zhCN: Readonly<Record<ErrorCode, string>> = {
  ...bytesWords,
  ...derWords,
  ...cryptoWords,
  ...x509Words,
  ...pathWords,
  ...revocationWords,
  ...evidenceWords,
  ...cmsWords,
  ...signatureWords,
  ...envelopeWords,
  ...keyFileWords,
  ...fileWords,
  ...sealWords,
  ...documentWords,
  ...timestampWords,
  ...remoteSessionWords,
  ...loginWords,
  ...tokenWords,
  ...driverWords,
  ...agentWords,
  ...userWords,
  ...callWords,
  ...serviceWords,
  ...changeWords,
  ...importWords,
  ...watchlistWords,
  ...ticketWords,
  ...enrolmentWords,
  ...phoneWords,
  ...authWords,
  ...requestWords,
  ...sdkWords,
  ...suiteWords,
};
