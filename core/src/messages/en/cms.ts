import type { cmsErrors } from '../../errors/rows/cms.ts';
import type { WordsFor } from '../words.ts';

export const cmsWords = {
  ERR_CMS_MALFORMED: 'The signed message is malformed: {field} (at byte {offset})',
  ERR_CMS_CONTENT_TYPE_UNSUPPORTED: 'The message type {oid} is not supported',
  ERR_CMS_CONTENT_ABSENT: 'The signature is detached: the signed content must be given',
  ERR_CMS_CONTENT_MISMATCH: 'The content given differs from the content inside the message',
  ERR_CMS_DIGEST_MISMATCH: 'The content was changed: the digest does not match',
  ERR_CMS_ATTRIBUTE_INVALID: 'A signed attribute breaks the rules: {attribute}',
  ERR_CMS_SIGNER_CERTIFICATE_ABSENT: "The signer's certificate was not found: {signer}",
  ERR_DEVIATION_UNDECLARED:
    'The message departs from the standard ({deviation}) and this is not declared for the authority {authority}',
  ERR_CMS_ATTRIBUTES_FORBIDDEN_INPUT:
    'Refused: the input is the signed attributes of a message; sign its content with signMessage',
  ERR_CMS_NO_SIGNER: 'The message has no signer',
} as const satisfies WordsFor<typeof cmsErrors>;
