export { makeRequestTicket, type RequestTicket, type TicketKey, type TicketRequest } from './request-ticket.ts';
