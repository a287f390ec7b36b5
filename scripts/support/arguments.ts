import { parseArgs, type ParseArgsConfig } from 'node:util';
import { UnusableInput } from './input.js';

/** The usage of a command. */
export interface Usage<Option extends string = never> {
  /** The command as the user types it, such as "npm run backup --". */
  readonly command: string;
  /** What the command does, in a sentence. */
  readonly summary: string;
  /** The arguments: required as "<name>", any number as "[name...]". */
  readonly positionals?: readonly string[];
  readonly options?: Readonly<Record<Option, OptionUsage>>;
}

interface OptionUsage {
  /** The name of the value, such as "file.json". */
  readonly value: string;
  readonly description: string;
  readonly default?: string;
}

export interface Arguments<Option extends string = never> {
  readonly positionals: readonly string[];
  readonly options: Readonly<Partial<Record<Option, string>>>;
}

/**
 * Reads the arguments of a command; undefined if they request help.
 * @throws UnusableInput that names the wrong or missing argument and states the usage
 */
export function readArguments<Option extends string>(
  usage: Usage<Option>,
  args: readonly string[],
): Arguments<Option> | undefined {
  const { positionals: names = [] } = usage;
  const { values, positionals } = parse(usage, args);
  const { help, ...options } = values;
  if (help) return undefined;
  const missing = names.slice(positionals.length).find((name) => name.startsWith('<'));
  if (missing) throw new UnusableInput(`${missing} is missing.\n${usageLine(usage)}`);
  // Not quoted: an argument may contain a password.
  if (positionals.length > names.length && !names.at(-1)?.endsWith('...]')) {
    throw new UnusableInput(`Expected ${names.length} arguments, got ${positionals.length}.\n${usageLine(usage)}`);
  }
  return { positionals, options: options as Arguments<Option>['options'] };
}

function parse(usage: Usage<string>, args: readonly string[]) {
  const options: NonNullable<ParseArgsConfig['options']> = { help: { type: 'boolean', short: 'h' } };
  for (const [name, option] of Object.entries(usage.options ?? {})) {
    options[name] = { type: 'string', ...(option.default !== undefined && { default: option.default }) };
  }
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UnusableInput(`${(error as Error).message}\n${usageLine(usage)}`);
  }
}

function usageLine({ command, positionals = [], options = {} }: Usage<string>): string {
  const optional = Object.entries(options).map(([name, { value }]) => `[--${name} <${value}>]`);
  return ['Usage:', command, ...positionals, ...optional].join(' ').replace(/ --$/, '');
}

/** Returns the text of --help. */
export function helpText(usage: Usage<string>): string {
  const options = Object.entries(usage.options ?? {}).map(([name, { value, description, default: byDefault }]) => [
    `--${name} <${value}>`,
    description + (byDefault === undefined ? '' : ` (default: ${byDefault})`),
  ]);
  const rows = [...options, ['--help', 'print this text']] as [string, string][];
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, description]) => `  ${name.padEnd(width)}  ${description}`);
  return [usage.summary, '', usageLine(usage), '', 'Options:', ...lines].join('\n');
}
