import { type ConsoleRole, consoleRoles } from '../ports/console-store.ts';
import type { Role } from '../ports/records.ts';

/** Whether somebody of this role works at the console. */
export const isConsoleRole = (role: Role): role is ConsoleRole => consoleRoles.some((one) => one === role);
