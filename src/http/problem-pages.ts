import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StaticDocument } from './static-document.js';

/** What is said of a type of problem, for programs and people, and for browsers. */
interface ProblemPage {
  readonly markdown: StaticDocument;
  readonly html: StaticDocument;
}

/** The pages of the types of problems: docs/problems/<name>.md, by name. */
export class ProblemPages {
  private constructor(private readonly pages: ReadonlyMap<string, ProblemPage>) {}

  static readFrom(folder: string): ProblemPages {
    const names = readdirSync(folder).filter((file) => file.endsWith('.md'));
    return new ProblemPages(new Map(names.map((file) => [file.slice(0, -'.md'.length), pageAt(join(folder, file))])));
  }

  get(name: string): ProblemPage | undefined {
    return this.pages.get(name);
  }
}

function pageAt(path: string): ProblemPage {
  const markdown = readFileSync(path, 'utf8');
  const vary = 'Accept';
  return {
    markdown: new StaticDocument({ type: 'text/markdown; charset=utf-8', vary, load: () => markdown }),
    html: new StaticDocument({ type: 'text/html; charset=utf-8', vary, load: () => asHtml(markdown) }),
  };
}

/** A page for browsers. Ours are headings, paragraphs, lists and code, and nothing else is understood. */
function asHtml(markdown: string): string {
  const title = /^# (.*)$/m.exec(markdown)![1]!;
  const blocks = markdown
    .trim()
    .split(/\n{2,}/)
    .map(block);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${inline(title)}</title>
<style>body { max-width: 40rem; margin: 3rem auto; padding: 0 1rem; font: 1.05rem/1.6 system-ui, sans-serif }</style>
${blocks.join('\n')}
</html>
`;
}

function block(text: string): string {
  const heading = /^(#+) (.*)$/.exec(text);
  if (heading) return `<h${heading[1]!.length}>${inline(heading[2]!)}</h${heading[1]!.length}>`;
  if (!text.startsWith('- ')) return `<p>${inline(text)}</p>`;
  const items = text.split(/^- /m).filter(Boolean);
  return `<ul>\n${items.map((item) => `<li>${inline(item.trim())}</li>`).join('\n')}\n</ul>`;
}

function inline(text: string): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return escaped.replace(/`([^`]+)`/g, '<code>$1</code>');
}
