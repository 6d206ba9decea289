import { addCommand } from './add-driver.ts';
import type { Command } from './command.ts';
import { conformCommand } from './conform-command.ts';
import { doctorCommand } from './doctor-command.ts';
import { listCommand } from './list-command.ts';
import { removeCommand } from './remove-driver.ts';
import { reportCommand } from './report-command.ts';
import { signCommand } from './sign-command.ts';

export const commands: Readonly<Record<string, Command>> = {
  list: listCommand,
  add: addCommand,
  remove: removeCommand,
  conform: conformCommand,
  doctor: doctorCommand,
  report: reportCommand,
  sign: signCommand,
};
