import type { authErrors } from '../../errors/rows/auth.ts';
import type { WordsFor } from '../words.ts';

export const authWords = {
  ERR_AUTH_REQUIRED: 'A caller credential is required',
  ERR_AUTH_INVALID: 'The caller credential is not valid',
  ERR_AUTH_ROLE_REQUIRED: 'The role {role} is required',
  ERR_AUTH_PERMISSION_REQUIRED: 'The field {field} needs the caller permission {permission}: ask the operator for it',
  ERR_AUTH_CODE_INVALID: 'The one-time code is not valid or was used',
} as const satisfies WordsFor<typeof authErrors>;
