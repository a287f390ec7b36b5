import type { LoggerService } from '@nestjs/common';
import { destination, type Logger, pino, stdTimeFunctions } from 'pino';
import pretty from 'pino-pretty';
import type { LogLevel } from './config/environment.js';
import { errorCode } from './database/error-code.js';

/** Nest's log, and ours through it, written by pino: a JSON object a line, or for people where a terminal listens. */
export class PinoLogger implements LoggerService {
  private readonly pino: Logger;

  constructor(level: LogLevel) {
    const options = {
      level,
      base: undefined,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label: string) => ({ level: label }) },
      serializers: { err: describeError },
    };
    // Both write before they return, so that the last words of a process that dies are not lost.
    this.pino = process.stdout.isTTY
      ? pino(options, pretty({ sync: true }))
      : pino(options, destination({ sync: true }));
  }

  fatal = this.writerOf('fatal');
  error = this.writerOf('error');
  warn = this.writerOf('warn');
  log = this.writerOf('info');
  debug = this.writerOf('debug');
  verbose = this.writerOf('trace');

  /** @see LoggerService: what follows the message are, where known, an error's stack and the context */
  private writerOf(level: LogLevel) {
    return (message: unknown, ...rest: unknown[]): void => {
      if (!this.pino.isLevelEnabled(level)) return;
      const [context, stack] = rest.reverse();
      this.pino[level]({ context, stack, ...fieldsOf(message) });
    };
  }
}

function fieldsOf(message: unknown): object {
  if (message instanceof Error) return { msg: message.name, err: message };
  return typeof message === 'object' && message !== null ? message : { msg: String(message) };
}

/**
 * What may be known of an error: not the parameters of a statement, nor the rows it speaks of, which are people's data
 * and which drivers hang on their errors as `parameters`, `detail` and `where`.
 */
function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const code = errorCode(error);
  const frames = error.stack?.match(/^ {4}at .*$/gm) ?? [];
  return {
    type: error.name,
    code,
    message: quotesData(code) ? 'left out, since it quotes data' : error.message,
    stack: frames.join('\n'),
    cause: error.cause === undefined ? undefined : describeError(error.cause),
  };
}

/** PostgreSQL's data exceptions: invalid input syntax for type integer: "Alvin". */
function quotesData(code: string | undefined): boolean {
  return /^22...$/.test(code ?? '');
}
