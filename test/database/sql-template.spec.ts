import { parseSql, renderSql } from '../../src/platform/database/queries/sql-template.js';

describe('an SQL template', () => {
  const render = (sql: string) => renderSql(parseSql(sql), (name, position) => `<${name} ${position}>`);

  it('stores named parameters by position, repeated ones too', () => {
    expect(parseSql('a = :id AND b = :name OR c = :id').names).toEqual(['id', 'name', 'id']);
    expect(render('a = :id AND b = :name OR c = :id')).toBe('a = <id 0> AND b = <name 1> OR c = <id 2>');
  });

  it.each([`a = ':id'`, `a = 'it''s :id'`, `a = '?'`, `":id" = 1`, `a::text`, `a LIKE 'x' ESCAPE '\\'`])(
    'treats %s as text, without parameters',
    (sql) => {
      expect(parseSql(sql)).toEqual({ texts: [sql], names: [] });
    },
  );

  it('finds a parameter before a cast, and one after a literal', () => {
    expect(render(`a = ':x' || :ids::int[]`)).toBe(`a = ':x' || <ids 0>::int[]`);
  });
});
