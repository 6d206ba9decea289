import type { enrolmentErrors } from '../../errors/rows/enrolment.ts';
import type { WordsFor } from '../words.ts';

export const enrolmentWords = {
  ERR_ENROLMENT_NOT_OFFERED: 'This CA does not take such applications now; choose another CA or product',
  ERR_ENROLMENT_STATE: 'The application is in state "{state}", in which this cannot be done',
  ERR_ENROLMENT_REQUEST_REFUSED: 'The certificate request (PKCS#10) is not as it has to be: {field} ({rule})',
  ERR_ENROLMENT_KEY_USED: 'This key belongs to another application or certificate; make a new one and submit again',
  ERR_ENROLMENT_PROOF_REFUSED:
    "The old certificate's signature over the new request was not accepted ({cause}); it cannot be renewed so",
  ERR_ENROLMENT_CA_UNREACHABLE: 'The CA cannot be reached at the moment ({cause}); it will be tried again',
  ERR_ENROLMENT_CREDENTIAL_REFUSED:
    "The CA refuses this service's credential (HTTP {status}); operators have to look at the CA's settings",
  ERR_ENROLMENT_CREDENTIAL_MISSING:
    'The credential file "{name}" for the CA is missing; operators have to put it into the folder of secrets',
  ERR_ENROLMENT_CA_REFUSED: 'The CA did not take the application (HTTP {status}). It says: {detail}',
  ERR_ENROLMENT_OPERATOR_REFUSED: 'The application was returned: {note}',
  ERR_ENROLMENT_ANSWER_MALFORMED: "The CA's answer cannot be read ({cause}); nothing was installed",
  ERR_ENROLMENT_ANSWER_MISMATCH:
    'What the CA issued is not what was applied for: {field} ({cause}); nothing was installed',
  ERR_ENROLMENT_OVERDUE: 'The CA has given no result for {hours} hours; a person will look into it',
} as const satisfies WordsFor<typeof enrolmentErrors>;
