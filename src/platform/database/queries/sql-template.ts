/** SQL that is cut at its named parameters, each of which is written as `:name` in the text. */
export interface SqlTemplate {
  /** The text before, between and after the parameters. */
  readonly texts: readonly string[];
  /** The names of the parameters, in their order. */
  readonly names: readonly string[];
}

/** String literals, quoted identifiers and casts (`::`) are skipped: a colon or a question mark in there is text. */
const token = /'(?:[^']|'')*'|"(?:[^"]|"")*"|::|:([A-Za-z_]\w*)/g;

export function parseSql(sql: string): SqlTemplate {
  const texts: string[] = [];
  const names: string[] = [];
  let start = 0;
  for (const { 0: found, 1: name, index } of sql.matchAll(token)) {
    if (name === undefined) continue;
    texts.push(sql.slice(start, index));
    names.push(name);
    start = index + found.length;
  }
  return { texts: [...texts, sql.slice(start)], names };
}

/** @param placeholder returns the SQL that stands for a parameter, by its name and its position from 0 */
export function renderSql(
  { texts, names }: SqlTemplate,
  placeholder: (name: string, position: number) => string,
): string {
  return texts.map((text, index) => (index === 0 ? text : placeholder(names[index - 1]!, index - 1) + text)).join('');
}
