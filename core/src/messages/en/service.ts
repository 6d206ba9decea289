import type { serviceErrors } from '../../errors/rows/service.ts';
import type { WordsFor } from '../words.ts';

export const serviceWords = {
  ERR_SERVICE_UNAVAILABLE: 'The validation service cannot be reached: try again later',
  ERR_SERVICE_INTERNAL: 'Internal error of the service: contact support and give the request id',
  ERR_SERVICE_CONFIG_INVALID: 'The configuration key {key} is not valid: {rule}',
  ERR_SERVICE_DATABASE_NEWER: 'The database was written by a newer version (migration {migration}): start that version',
  ERR_SERVICE_DATABASE_OLDER:
    'The database was written by an older version (it lacks migration {migration}) and was left as it is: back it up with that version, or start this one on it first',
  ERR_SERVICE_DATABASE_DAMAGED:
    'The database file {file} is damaged or no database: stop the service, keep the file aside and restore a backup',
  ERR_SERVICE_AUDIT_BROKEN: 'The audit log is broken at entry {sequence}: {rule}',
  ERR_SERVICE_AUDIT_UNWITNESSED:
    'The audit log is whole in itself, but there is no checkpoint from outside the database to hold it against: whether it was cut off or rewritten cannot be told',
  ERR_SERVICE_AUDIT_CONTINUED:
    'The audit log continues from entry {kept}; entries {lostFrom} to {lostTo} of the earlier branch were lost by the restoration declared in entry {sequence}, at {at}, by {by}',
  ERR_SERVICE_RESTORATION_UNDECLARED:
    'Witnesses know {size} entries, more than the backup has: restoring it loses a part of the log. Say why and who with --reason and --by: it is written into the log',
  ERR_SERVICE_RESTORATION_UNSIGNED: 'The checkpoint of {size} entries is not signed by the service’s key',
  ERR_SERVICE_RESTORATION_KEPT:
    'The log does not agree with the checkpoint of {size} entries: say with --kept how many entries the backup had, fewer than {size}',
  ERR_SERVICE_RESTORATION_SECOND_PERSON: 'Another person has to approve: give --approved-by, somebody else than --by',
  ERR_SERVICE_RESTORATION_NOTHING: 'The log agrees with every checkpoint given: there is nothing to declare',
  ERR_SERVICE_RATE_LIMITED: 'Too many requests: try again in {retryAfterMs} ms',
} as const satisfies WordsFor<typeof serviceErrors>;
