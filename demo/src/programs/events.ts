import type { ProgramEvent } from './program.ts';

/** A program listens. */
export interface Listening extends ProgramEvent {
  readonly event: 'listening';
  readonly port: number;
}

export function isListening(event: ProgramEvent): event is Listening {
  return event.event === 'listening' && typeof event.port === 'number';
}

/** The service has no administrator yet; whoever brings this code becomes the first. */
export interface AdministratorCode extends ProgramEvent {
  readonly event: 'administrator-code';
  readonly code: string;
}

export function isAdministratorCode(event: ProgramEvent): event is AdministratorCode {
  return event.event === 'administrator-code' && typeof event.code === 'string';
}

/** The agent, whose shell is `print`, asks for a window to be opened at this one-time address. */
export interface WindowOpened extends ProgramEvent {
  readonly event: 'window';
  readonly url: string;
}

export function isWindow(event: ProgramEvent): event is WindowOpened {
  return event.event === 'window' && typeof event.url === 'string';
}
