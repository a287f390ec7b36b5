import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { marked } from 'marked';
import { problemUri } from './problem-details.js';
import type { ProblemTypeDto } from '../meta/problem-type.dto.js';
import { StaticDocument } from '../docs/static-document.js';

/** Media types of problem pages. */
export type PageType = 'text/markdown' | 'text/html' | 'application/json';

/** The page of one problem type, or of the list, in each media type. */
type ProblemPage = Readonly<Record<PageType, StaticDocument>>;

/** The pages of problem types, from docs/problems/<name>.md, and their list. */
export class ProblemPages {
  private constructor(
    private readonly pages: ReadonlyMap<string, ProblemPage>,
    readonly list: ProblemPage,
  ) {}

  /** @param publicUrl prefix of links */
  static readFrom(folder: string, publicUrl: string): ProblemPages {
    const sources = readdirSync(folder)
      .filter((file) => file.endsWith('.md'))
      .sort()
      .map((file) => ({ name: file.slice(0, -'.md'.length), markdown: readFileSync(join(folder, file), 'utf8') }));
    const linkTo = (path: string): string => `${publicUrl}${path}`;
    const described = sources.map(({ name, markdown }) => describe(linkTo(problemUri(name)), markdown));
    const pages = sources.map(({ name, markdown }, index): [string, ProblemPage] => [
      name,
      page(markdown, described[index]!, `\n[All problems](${linkTo('/problems')})\n`),
    ]);
    return new ProblemPages(new Map(pages), page(listOf(described), described));
  }

  get(name: string): ProblemPage | undefined {
    return this.pages.get(name);
  }
}

/** @param navigation Markdown for the HTML page only */
function page(markdown: string, data: object, navigation = ''): ProblemPage {
  const document = (type: PageType, load: () => string): StaticDocument =>
    new StaticDocument({ type: `${type}; charset=utf-8`, vary: 'Accept', load });
  return {
    'text/markdown': document('text/markdown', () => markdown),
    'text/html': document('text/html', () => asHtml(markdown + navigation)),
    'application/json': document('application/json', () => JSON.stringify(data)),
  };
}

/** Parses a page into data. */
function describe(type: string, markdown: string): ProblemTypeDto {
  const form = /^# (.+)\n\nAnswered with status (\d+)\.\n\n## What happened\n\n(.+)\n\n## What to do\n\n(.+)\n$/s;
  const [, title, status, what_happened, what_to_do] = form.exec(markdown)!;
  return { type, title: title!, status: Number(status), what_happened: what_happened!, what_to_do: what_to_do! };
}

function listOf(described: readonly ProblemTypeDto[]): string {
  const items = [...described]
    .sort((one, other) => one.status - other.status)
    .map(({ type, title, status }) => `- ${status} [${title}](${type})`);
  return `# Problems\n\nThe types of problem documents (RFC 9457) that this service returns.\n\n${items.join('\n')}\n`;
}

/** Renders a page as HTML. The Markdown is our own: it is trusted. */
function asHtml(markdown: string): string {
  const title = /^# (.*)$/m.exec(markdown)![1]!;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>body { max-width: 40rem; margin: 3rem auto; padding: 0 1rem; font: 1.05rem/1.6 system-ui, sans-serif }</style>
${marked.parse(markdown, { async: false })}</html>
`;
}
