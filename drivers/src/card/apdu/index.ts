export { type ApduForm, type CommandApdu, decodeCommand, encodeCommand, mostBytes } from './command.ts';
export { ApduChannel, type ApduStyle, type CardAnswer, noStatus, type Transmit } from './exchange.ts';
export {
  brokenCard,
  type CardFailureContext,
  cardFailure,
  retriesIn,
  type StatusWord,
  type StatusWordMap,
  SW_OK,
} from './status-words.ts';
export { demandTlv, encodeTlv, findTlv, readTlvs, type Tlv } from './tlv.ts';
