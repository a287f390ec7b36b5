import { execFile, spawnSync } from 'node:child_process';
import { parseArgs, promisify } from 'node:util';

/** A command of a page, and the responses that the page shows after it. */
export interface Example {
  /** The headings since the previous command. */
  readonly headings: readonly string[];
  readonly command: string;
  readonly answers: readonly unknown[];
}

/**
 * Returns the curl commands of a page in Markdown, in blocks of code or inline, each with the JSON blocks that follow it.
 * In a block, each command begins a line.
 */
export function curlExamples(page: string): Example[] {
  const examples: (Example & { answers: unknown[] })[] = [];
  let headings: string[] = [];
  for (const [, title, language, block, inline] of page.matchAll(
    /^#+ (.+)$|^```(\w+)\n([^]*?)^```$|`(curl -s[^`\n]+)`/gm,
  )) {
    const commands = inline ?? (language === 'sh' ? block! : '');
    if (title) headings.push(title);
    if (language === 'json') examples.at(-1)?.answers.push(JSON.parse(block!));
    for (const command of commands.split(/\n(?=curl )/).filter((each) => each.startsWith('curl '))) {
      examples.push({ headings, command: command.trim(), answers: [] });
      headings = [];
    }
  }
  return examples;
}

/** Runs a command for `localhost:3000` against the service at `url`. */
export type Curl = (command: string, url: string) => Promise<unknown>;

const at = (command: string, url: string): string => command.replace('localhost:3000', new URL(url).host);
const parse = (text: string): unknown => (text === '' ? undefined : JSON.parse(text));

/** Whether there is a curl that knows `--json`. */
export const hasCurl = ((version) => version !== undefined && Number(version[1]) * 1000 + Number(version[2]) >= 7082)(
  /^curl (\d+)\.(\d+)/.exec(String(spawnSync('curl', ['--version']).stdout)) ?? undefined,
);

export const runInShell: Curl = async (command, url) =>
  parse((await promisify(execFile)('sh', ['-c', at(command, url)])).stdout);

/** Behaves like curl, for the few options that pages use. */
export const runByFetch: Curl = async (command, url) => {
  const words = [
    ...at(command, url)
      .replaceAll('\\\n', ' ')
      .matchAll(/'([^']*)'|(\S+)/g),
  ].map(([, quoted, word]) => quoted ?? word!);
  const { values, positionals } = parseArgs({
    args: words.slice(1),
    options: {
      silent: { type: 'boolean', short: 's' },
      request: { type: 'string', short: 'X' },
      header: { type: 'string', short: 'H', multiple: true, default: [] },
      data: { type: 'string', short: 'd' },
      json: { type: 'string' },
    },
    allowPositionals: true,
  });
  const body = values.json ?? values.data;
  const answer = await fetch(`http://${positionals[0]}`, {
    method: values.request ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      ...(values.json !== undefined && { 'Content-Type': 'application/json', Accept: 'application/json' }),
      ...Object.fromEntries(values.header.map((header) => header.split(/: (.*)/).slice(0, 2))),
    },
    body,
  });
  return parse(await answer.text());
};
