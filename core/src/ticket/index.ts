export { judgeTicket, type TicketQuestion, ticketAlgorithm } from './judge-ticket.ts';
export {
  readTicketStatement,
  type TicketDigest,
  type TicketDigestAlgorithm,
  type TicketStatement,
  ticketClockToleranceMs,
  ticketDigestAlgorithms,
  ticketLongestLifeMs,
  ticketStatementMaxLength,
  ticketToBeSigned,
} from './ticket-statement.ts';
