import type { ticketErrors } from '../../errors/rows/ticket.ts';
import type { WordsFor } from '../words.ts';

export const ticketWords = {
  ERR_TICKET_KEY_UNKNOWN: 'The key of the request ticket ({key}) is not registered for this platform',
  ERR_TICKET_SIGNATURE_INVALID: 'The signature of the request ticket does not hold',
  ERR_TICKET_ORIGIN_MISMATCH: 'The origin of the request ticket, {origin}, is not the platform’s',
  ERR_TICKET_EXPIRED: 'The request ticket is not in its time (until {expiresAt}, 60 seconds at most)',
  ERR_TICKET_REPLAYED: 'The request ticket has been used before',
  ERR_TICKET_REQUIRED:
    'This platform demands a request ticket, signed by its server, with every sensitive act; {call} came without one and was refused',
  ERR_TICKET_MALFORMED: 'The content of the request ticket is not of the right form',
  ERR_TICKET_OPERATION_MISMATCH:
    'The request ticket allows {operation}, but the page asks for {call}; the call was refused',
  ERR_TICKET_DIGEST_MISMATCH: 'What the page hands over is not what the request ticket allows; the call was refused',
} as const satisfies WordsFor<typeof ticketErrors>;
