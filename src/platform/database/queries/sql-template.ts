/** SQL that is split at its named parameters (`:name`). */
export interface SqlTemplate {
  /** The SQL before, between and after the parameters. */
  readonly texts: readonly string[];
  /** The names of the parameters, in order. */
  readonly names: readonly string[];
}

/** Skips string literals, quoted identifiers and casts (`::`), in which a colon starts no parameter. */
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

/** @param placeholder returns the SQL of a parameter, given its name and zero-based position */
export function renderSql(
  { texts, names }: SqlTemplate,
  placeholder: (name: string, position: number) => string,
): string {
  return texts.map((text, index) => (index === 0 ? text : placeholder(names[index - 1]!, index - 1) + text)).join('');
}
