import type { Caller } from '../../src/kernel/command.js';

/** Returns the caller of a command's changes, which names the command in the record of changes. */
export const callerOf = (command: string): Caller => ({ principal: { name: command, scopes: new Set(['admin']) } });
