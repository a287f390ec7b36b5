import { InvalidEnvironment, readEnvironment } from '../../src/platform/config/environment.js';

const postgres = 'postgres://shop:secret@db.example/shop';

describe('the configuration', () => {
  it('may name a replica of a PostgreSQL database', () => {
    const replica = 'postgresql://shop:secret@replica.example:5433/shop';
    expect(readEnvironment({ DATABASE_URL: postgres, DATABASE_REPLICA_URL: replica })).toMatchObject({
      DATABASE_URL: postgres,
      DATABASE_REPLICA_URL: replica,
    });
  });

  it('defaults to no replica; an empty variable counts as unset', () => {
    expect(readEnvironment({}).DATABASE_REPLICA_URL).toBe('');
    expect(readEnvironment({ DATABASE_REPLICA_URL: '' }).DATABASE_REPLICA_URL).toBe('');
  });

  it.each([
    ['a SQLite file', { DATABASE_URL: 'sqlite:data/shop.sqlite' }],
    ['no PostgreSQL at all', {}],
  ])('is refused if it names a replica of %s', (_, database) => {
    const reading = () => readEnvironment({ ...database, DATABASE_REPLICA_URL: postgres });
    expect(reading).toThrow(InvalidEnvironment);
    expect(reading).toThrow('DATABASE_REPLICA_URL needs a PostgreSQL database in DATABASE_URL');
  });

  it('does not show the password of a refused value', () => {
    const reading = () => readEnvironment({ DATABASE_REPLICA_URL: postgres });
    expect(reading).toThrow('DATABASE_REPLICA_URL needs a PostgreSQL database');
    expect(reading).not.toThrow('secret');
    expect(reading).not.toThrow('db.example');
  });

  it('is refused if DATABASE_REPLICA_URL is not a PostgreSQL URL', () => {
    const variables = { DATABASE_URL: postgres, DATABASE_REPLICA_URL: 'sqlite:data/shop.sqlite' };
    expect(() => readEnvironment(variables)).toThrow('DATABASE_REPLICA_URL must be postgres://');
  });
});
