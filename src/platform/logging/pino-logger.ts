import type { LoggerService } from '@nestjs/common';
import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import { prettyFactory } from 'pino-pretty';
import type { LogLevel } from '../config/environment.js';
import { errorCode } from '../../kernel/error-code.js';
import { LogDestination } from './log-destination.js';

/** Classes of Nest that log their work at startup. The bundler may add an underscore or a number to their names. */
const nestStartContext = /^_?(InstanceLoader|NestApplication|NestFactory|RouterExplorer|RoutesResolver)\d*$/;

/** Nest logger on pino: one JSON object per line, or text on a terminal. */
export class PinoLogger implements LoggerService {
  private readonly destination: LogDestination;
  private readonly pino: Logger;
  private readonly lastResort: Logger;

  constructor(level: LogLevel) {
    const options = {
      level,
      base: undefined,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label: string) => ({ level: label }) },
      serializers: { err: describeError },
    };
    // The first use of process.stdout makes a pipe non-blocking.
    const { isTTY } = process.stdout;
    this.destination = new LogDestination(1, (lines) => this.warn(`${lines} log lines dropped`, 'Log'));
    this.pino = pino(options, isTTY ? prettified(this.destination) : this.destination);
    this.lastResort = pino(options, new LogDestination(2, () => undefined));
  }

  get droppedLines(): number {
    return this.destination.droppedLines;
  }

  error = this.writerOf('error');
  warn = this.writerOf('warn');
  log = this.infoWriter();
  debug = this.writerOf('debug');
  verbose = this.writerOf('trace');

  /** For errors after which the process exits: what stdout does not accept goes to stderr. */
  fatal(message: unknown, ...rest: unknown[]): void {
    const fields = fieldsOf(message, rest);
    this.pino.fatal(fields);
    if (!this.destination.isFlushed) this.lastResort.fatal(fields);
  }

  /** Nest logs every module and route at startup; these lines are demoted to debug level. */
  private infoWriter() {
    const [info, debug] = [this.writerOf('info'), this.writerOf('debug')];
    return (message: unknown, ...rest: unknown[]): void => {
      (nestStartContext.test(String(rest.at(-1))) ? debug : info)(message, ...rest);
    };
  }

  private writerOf(level: LogLevel) {
    return (message: unknown, ...rest: unknown[]): void => {
      if (this.pino.isLevelEnabled(level)) this.pino[level](fieldsOf(message, rest));
    };
  }
}

/** Formats lines for a terminal: one line per record, without the fields that the message repeats. */
function prettified(destination: LogDestination): DestinationStream {
  const format = prettyFactory({
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss',
    ignore: 'context,method,route,status',
  });
  return { write: (line) => destination.write(format(line) ?? line) };
}

/** @param rest optionally the error's stack, and the context (see LoggerService) */
function fieldsOf(message: unknown, rest: readonly unknown[]): object {
  const [context, stack] = rest.toReversed();
  if (message instanceof Error) return { context, stack, msg: message.name, err: message };
  const fields = typeof message === 'object' && message !== null ? message : { msg: String(message) };
  return { context, stack, ...fields };
}

/**
 * Serializes an error without personal data: drivers attach statement parameters and rows to their errors as
 * `parameters`, `detail` and `where`.
 */
function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const code = errorCode(error);
  const frames = error.stack?.match(/^ {4}at .*$/gm) ?? [];
  return {
    type: error.name,
    code,
    message: quotesData(code) ? '[redacted: contains data]' : error.message,
    stack: frames.join('\n'),
    cause: error.cause === undefined ? undefined : describeError(error.cause),
  };
}

/**
 * Whether the message quotes data: PostgreSQL's class 22, data exceptions ('invalid input syntax for type integer:
 * "Alvin"').
 */
function quotesData(code: string | undefined): boolean {
  return /^22...$/.test(code ?? '');
}
