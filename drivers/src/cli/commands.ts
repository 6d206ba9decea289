import type { Command } from './command.ts';

/** Each is loaded when it is asked for: most need only a part of what drivers are made of. */
export const commands: Readonly<Record<string, () => Promise<Command>>> = {
  list: async () => (await import('./list-command.ts')).listCommand,
  add: async () => (await import('./add-driver.ts')).addCommand,
  remove: async () => (await import('./remove-driver.ts')).removeCommand,
  conform: async () => (await import('./conform-command.ts')).conformCommand,
  doctor: async () => (await import('./doctor-command.ts')).doctorCommand,
  report: async () => (await import('./report-command.ts')).reportCommand,
  sign: async () => (await import('./sign-command.ts')).signCommand,
};
