import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CodedError } from '@onelock/core/errors';

/** What a credential of a CA may be called: a name of a file and never a way to another folder. */
export const credentialName = /^[a-z0-9][a-z0-9-]{0,63}$/;

const fileName = /^[a-z0-9][a-z0-9-]{0,63}(?:\.key)?(?:\.pem)?$/;

/**
 * Credentials that operators lay into the folder `enrolment` of the secrets. Read at each use: a new one counts at once.
 *
 * @throws {CodedError} ERR_ENROLMENT_CREDENTIAL_MISSING { name }
 */
export function caCredentials(secretsFolder: string): (name: string) => string {
  return (name) => {
    if (!fileName.test(name)) throw new CodedError('ERR_ENROLMENT_CREDENTIAL_MISSING', { name });
    try {
      return readFileSync(path.join(secretsFolder, 'enrolment', name), 'utf8');
    } catch (error) {
      throw new CodedError('ERR_ENROLMENT_CREDENTIAL_MISSING', { name }, { cause: error });
    }
  };
}
