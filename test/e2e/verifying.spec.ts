import { isSqlite } from '../support/engine.js';
import { executeRaw, queryRaw } from '../support/database/raw-database.js';
import { runCommand } from '../support/command.js';
import { useShop } from '../support/shop.js';

describe('npm run verify', () => {
  const shop = useShop();

  const verify = () => runCommand('verify', { DATABASE_URL: shop.databaseUrl });

  /** Executes SQL without constraints. */
  const unchecked = (sql: string) =>
    executeRaw(
      shop.databaseUrl,
      isSqlite() ? `PRAGMA ignore_check_constraints = ON; ${sql}` : `SET session_replication_role = replica; ${sql}`,
    );

  it('reports the checked rows and no findings for a shop that is served and changed', async () => {
    const movie = await shop.clerk.movie(2);
    const client = await shop.clerk.client();
    await shop.clerk.rent(client['id'], ...movie['copies'].map(({ id }: { id: number }) => id));
    let verifying = true;
    const writing = (async () => {
      while (verifying) {
        const { id } = await shop.clerk.client();
        const { copies } = await shop.clerk.movie(1);
        const rent = await shop.clerk.rent(id, copies[0].id);
        await shop.clerk.close(rent['id']);
      }
    })();
    const { code, stdout, stderr } = await verify();
    verifying = false;
    await writing;
    expect(stdout).toMatch(
      /^No findings in .+\. Checked the file, the schema and every row \(.*\d+ movie_copy, .*\d+ movie_rent_detail.*\)\.\n$/,
    );
    expect(stdout).not.toContain('postgres:postgres');
    // Copies that are added after the count are checked as well: the progress may exceed the total.
    expect(stderr).toMatch(/movie_copy +[1-9]\d*\/\d+\n/);
    expect(code).toBe(0);
  });

  describe('in a shop with violations', () => {
    /** The output: each finding without its remedy. */
    let findings: string[];
    let report: Awaited<ReturnType<typeof verify>>;
    const expected: Record<string, string[]> = {};

    const genre = () => shop.clerk.genre().then(({ id }) => id as number);
    const client = () => shop.clerk.client().then(({ id }) => id as number);
    const copy = () => shop.clerk.movie(1).then(({ copies }) => copies[0].id as number);
    const rental = async () => {
      const copyId = await copy();
      const { id, details } = await shop.clerk.rent(await client(), copyId);
      return { id: id as number, lineId: details[0].id as number, copyId };
    };

    /** Names the event whose changes contain a text. */
    const eventWith = async (text: string) => {
      const events = await queryRaw<{ id: number }>(
        shop.databaseUrl,
        `SELECT id FROM event WHERE changes LIKE '%${text}%'`,
      );
      expect(events).toHaveLength(1);
      return `event ${events[0]!.id}`;
    };
    const withoutDeletion = (resource: string, id: number) =>
      `it names ${resource} ${id}, which do not exist, and no event records their deletion.`;
    /** Deletes copies and lines in every way in which the service does, each after several events have named it. */
    const deleteCopiesAndLines = async () => {
      const { id, copies } = await shop.clerk.movie(3);
      const [first, second, third] = copies.map((each: { id: number }) => each.id) as [number, number, number];
      const clientId = await client();
      const rented = await shop.clerk.rent(clientId, first, second);
      const kept = { client_id: clientId, details: [{ movie_copy_id: first }] };
      await shop.api.put(`/movie_rents/${rented['id']}`).send(kept).expect(200);
      await shop.api.post(`/movie_rent_details/${rented['details'][0].id}/lost`).expect(200);
      await shop.api.delete(`/movie_rents/${rented['id']}`).expect(204);
      await shop.api.patch(`/movie_copies/${second}`).send({ service_state: 'retired' }).expect(200);
      await shop.api.delete(`/movie_copies/${third}`).expect(204);
      await shop.api.delete(`/movies/${id}`).expect(204);
    };

    /** Each plants one violation and returns the expected findings. */
    const plants: Record<string, () => Promise<string[]>> = {
      'both lines if one copy is out twice': async () => {
        const [one, other] = [await rental(), await rental()];
        await unchecked(`
          DROP INDEX ix_movie_rent_detail_one_open_line_per_copy;
          UPDATE movie_rent_detail SET movie_copy_id = ${one.copyId} WHERE id = ${other.lineId}`);
        const law = 'which ix_movie_rent_detail_one_open_line_per_copy forbids.';
        return [
          `movie_rent_detail ${one.lineId}: its movie_copy_id is also that of row ${other.lineId}, ${law}`,
          `movie_rent_detail ${other.lineId}: its movie_copy_id is also that of row ${one.lineId}, ${law}`,
        ];
      },
      'both genres with the same name': async () => {
        const [one, other] = [await genre(), await genre()];
        await unchecked(`
          DROP INDEX ix_genre_name_key;
          UPDATE genre SET name = 'Twin', name_key = 'twin' WHERE id IN (${one}, ${other})`);
        return [
          `genre ${one}: its name_key is also that of row ${other}, which ix_genre_name_key forbids.`,
          `genre ${other}: its name_key is also that of row ${one}, which ix_genre_name_key forbids.`,
        ];
      },
      'a schema without some indexes': () =>
        Promise.resolve([
          'schema: the index ix_genre_name_key is missing.',
          'schema: the index ix_movie_rent_detail_one_open_line_per_copy is missing.',
        ]),
      'a missing search index': async () => {
        const lost = isSqlite() ? 'ix_client_name_search_trigrams_delete' : 'ix_client_name_search_trigrams';
        await unchecked(`DROP ${isSqlite() ? 'TRIGGER' : 'INDEX'} ${lost}`);
        return [`schema: the search index ${lost} is missing.`];
      },
      'a rental without lines': async () => {
        const { id, lineId } = await rental();
        await unchecked(`DELETE FROM movie_rent_detail WHERE id = ${lineId}`);
        return [
          `movie_rent ${id}: it has no lines.`,
          `${await eventWith(`"details":[{"id":${lineId},`)}: ${withoutDeletion('movie_rent_details', lineId)}`,
        ];
      },
      'a line that was returned before it was lent': async () => {
        const { lineId } = await rental();
        await unchecked(
          `UPDATE movie_rent_detail SET returned_datetime = '1999-01-01T00:00:00.000Z' WHERE id = ${lineId}`,
        );
        return [
          expect.stringMatching(`^movie_rent_detail ${lineId}: it was returned at 1999-.*, before it was lent at `),
        ];
      },
      'a line that was lost before it was lent': async () => {
        const { lineId } = await rental();
        await unchecked(`UPDATE movie_rent_detail SET lost_datetime = '1999-01-01T00:00:00.000Z' WHERE id = ${lineId}`);
        return [expect.stringMatching(`^movie_rent_detail ${lineId}: it was lost at 1999-.*, before it was lent at `)];
      },
      'a line that was both returned and lost': async () => {
        const { id, lineId } = await rental();
        await shop.clerk.close(id);
        await unchecked(`UPDATE movie_rent_detail SET lost_datetime = returned_datetime WHERE id = ${lineId}`);
        return [`movie_rent_detail ${lineId}: it was both returned and lost.`];
      },
      'a void rental with an open line': async () => {
        const { id } = await rental();
        await unchecked(`UPDATE movie_rent SET voided_datetime = creation_datetime WHERE id = ${id}`);
        return [`movie_rent ${id}: it is void, but has an open line.`];
      },
      'due dates that contradict the frozen terms': async () => {
        const lent = '2026-03-27T12:00:00.000Z';
        const plant = async (members: Record<string, string | number | null>) => {
          const { lineId } = await rental();
          const terms = {
            lent_datetime: lent,
            rental_days: 2,
            due_on: '2026-03-29',
            due_datetime: '2026-03-29T21:59:59.999Z',
            time_zone: 'Europe/Berlin',
            ...members,
          };
          const set = Object.entries(terms).map(
            ([name, value]) => `${name} = ${value === null ? 'NULL' : `'${value}'`}`,
          );
          await unchecked(`UPDATE movie_rent_detail SET ${set.join(', ')} WHERE id = ${lineId}`);
          return `movie_rent_detail ${lineId}`;
        };
        await plant({});
        await plant({ renewals: 1, rental_days: 9 });
        return [
          `${await plant({ due_on: null })}: it has terms with a due date, but not all of due_on, due_datetime and time_zone.`,
          `${await plant({ time_zone: 'Europe/Atlantis' })}: its time_zone is Europe/Atlantis, and there is no such zone.`,
          `${await plant({ due_datetime: '2026-03-29T22:59:59.999Z' })}: its due_datetime is 2026-03-29T22:59:59.999Z, ` +
            'which is not the end of 2026-03-29 in Europe/Berlin.',
          `${await plant({ rental_days: 3 })}: its due_on is 2026-03-29, sooner than 3 days after it was lent at ${lent}.`,
        ];
      },
      'a line that was lent while another rental had its copy, until that was lost': async () => {
        const copyId = await copy();
        const one = await shop.clerk.rent(await client(), copyId);
        await shop.clerk.close(one['id']);
        const other = await shop.clerk.rent(await client(), copyId);
        const [{ id: former }, { id: later }] = [one['details'][0], other['details'][0]];
        await unchecked(`
          UPDATE movie_rent_detail SET lent_datetime = '2001-01-01T00:00:00.000Z', returned_datetime = NULL,
            lost_datetime = '2003-01-01T00:00:00.000Z' WHERE id = ${former};
          UPDATE movie_rent_detail SET lent_datetime = '2002-01-01T00:00:00.000Z' WHERE id = ${later}`);
        return [
          `movie_rent_detail ${later}: its copy was lent at 2002-01-01T00:00:00.000Z, while row ${former} had it.`,
        ];
      },
      'a line that was lent while another rental had its copy': async () => {
        const copyId = await copy();
        const lines: number[] = [];
        for (const [lent, returned] of [
          ['2001', '2003'],
          ['2002', '2004'],
        ]) {
          const { id, details } = await shop.clerk.rent(await client(), copyId);
          await shop.clerk.close(id);
          await unchecked(
            `UPDATE movie_rent_detail SET lent_datetime = '${lent}-01-01T00:00:00.000Z',
             returned_datetime = '${returned}-01-01T00:00:00.000Z' WHERE id = ${details[0].id}`,
          );
          lines.push(details[0].id);
        }
        const what = `its copy was lent at 2002-01-01T00:00:00.000Z, while row ${lines[0]} had it`;
        return [`movie_rent_detail ${lines[1]}: ${what}.`];
      },
      'instants in the future': async () => {
        const [{ id, lineId }, lost] = [await rental(), await rental()];
        const instant = '2999-01-01T00:00:00.000Z';
        await unchecked(`
          UPDATE movie_rent SET creation_datetime = '${instant}', voided_datetime = '${instant}' WHERE id = ${id};
          UPDATE movie_rent_detail SET lent_datetime = '${instant}', returned_datetime = '${instant}'
          WHERE id = ${lineId};
          UPDATE movie_rent_detail SET lent_datetime = '${instant}', lost_datetime = '${instant}'
          WHERE id = ${lost.lineId}`);
        const future = (column: string) => `its ${column} is ${instant}, which is in the future.`;
        return [
          `movie_rent ${id}: ${future('creation_datetime')}`,
          `movie_rent_detail ${lineId}: ${future('lent_datetime')}`,
          `movie_rent_detail ${lineId}: ${future('returned_datetime')}`,
          `movie_rent ${id}: ${future('voided_datetime')}`,
          `movie_rent_detail ${lost.lineId}: ${future('lent_datetime')}`,
          `movie_rent_detail ${lost.lineId}: ${future('lost_datetime')}`,
        ];
      },
      'a line of a missing copy': async () => {
        const { lineId, copyId } = await rental();
        await unchecked(`DELETE FROM movie_copy WHERE id = ${copyId}`);
        return [
          `movie_rent_detail ${lineId}: its movie_copy_id is ${copyId}, and there is no such movie_copy.`,
          `${await eventWith(`"movie_copy_ids":[${copyId}]`)}: ${withoutDeletion('movie_copies', copyId)}`,
          `${await eventWith(`"movie_copy_id":${copyId},`)}: ${withoutDeletion('movie_copies', copyId)}`,
        ];
      },
      'a rental of a missing client': async () => {
        const { id } = await rental();
        await unchecked(`UPDATE movie_rent SET client_id = 999999 WHERE id = ${id}`);
        return [`movie_rent ${id}: its client_id is 999999, and there is no such client.`];
      },
      'a copy in an unknown state': async () => {
        const id = await copy();
        const [constraint, states] = ['ck_movie_copy_service_state', `'in_service', 'maintenance', 'lost', 'retired'`];
        const update = `UPDATE movie_copy SET service_state = 'eaten' WHERE id = ${id}`;
        await unchecked(
          isSqlite()
            ? update
            : `ALTER TABLE movie_copy DROP CONSTRAINT ${constraint}; ${update};
               ALTER TABLE movie_copy ADD CONSTRAINT ${constraint} CHECK (service_state IN (${states})) NOT VALID`,
        );
        return [`movie_copy ${id}: it violates ${constraint}, which requires service_state IN (${states}).`];
      },
      'events that no service has written': async () => {
        const insert = async (type: string, resource: string, id: number, changes: string, transactionId = 0) => {
          await unchecked(
            `INSERT INTO event (type, resource, resource_id, creation_datetime, changes, transaction_id)
             VALUES ('${type}', '${resource}', ${id}, '2026-01-01T10:00:00.000Z', '${changes}', ${transactionId})`,
          );
          const [event] = await queryRaw<{ id: number }>(shop.databaseUrl, 'SELECT MAX(id) AS id FROM event');
          return `event ${event!.id}`;
        };
        const id = await client();
        const deleted = await client();
        await shop.api.delete(`/clients/${deleted}`).expect(204);
        const merged = await client();
        await shop.api.post(`/clients/${id}/merge`).send({ client_id: merged, comment: 'Twice.' }).expect(200);
        await deleteCopiesAndLines();
        const personal = (name: string) => `its changes contain a value of ${name}, which is personal.`;
        const nested = await insert('client.updated', 'clients', id, '{"address":{"from":"A","to":"B"},"phone":"1"}');
        return [
          `${await insert('client.updated', 'clients', id, '{broken')}: its changes are not a JSON object.`,
          `${await insert('client.updated', 'clients', id, '[]')}: its changes are not a JSON object.`,
          `${nested}: ${personal('address')}`,
          `${nested}: ${personal('phone')}`,
          `${await insert('client.blocked', 'clients', id, '{"block":{"reason":"Scratches"}}')}: ${personal('reason')}`,
          `${await insert('client.renamed', 'clients', id, '{}')}: its type is not one of clients.`,
          `${await insert('genre.updated', 'clients', id, '{}')}: its type is not one of clients.`,
          `${await insert('hold.placed', 'holds', 1, '{}')}: its resource is not known.`,
          `${await insert('policy.changed', 'shop', 2, '{}')}: its resource_id is 2.`,
          `${await insert('line.lost', 'movie_rent_details', 0, '{}')}: its resource_id is 0.`,
          `${await insert('rental.opened', 'movie_rents', 999_999, '{}')}: it is of movie_rents 999999, which does not exist, and no event records its end.`,
          `${await insert('key.created', 'api_keys', 999_999, '{}')}: it is of api_keys 999999, which does not exist, and no event records its end.`,
          `${await insert('copy.updated', 'movie_copies', 999_999, '{}')}: ${withoutDeletion('movie_copies', 999_999)}`,
          `${await insert('line.returned', 'movie_rent_details', 999_998, '{}')}: ${withoutDeletion('movie_rent_details', 999_998)}`,
          `${await insert('movie.updated', 'movies', 1, '{"added_movie_copy_ids":[999997,1]}')}: ${withoutDeletion('movie_copies', 999_997)}`,
          `${await insert('client.updated', 'clients', id, '{}', 2 ** 50)}: its transaction_id is ahead of the database, so that the feed hides it or shows later events before it.`,
        ];
      },
      'a genre with the search key of another name': async () => {
        const id = await genre();
        await unchecked(`UPDATE genre SET name = 'Renamed' WHERE id = ${id}`);
        return [`genre ${id}: its name_key doesn't match its text.`];
      },
      'a movie with the search key of another title': async () => {
        const { id } = await shop.clerk.movie(0);
        await unchecked(`UPDATE movie SET title_search = 'another' WHERE id = ${id}`);
        return [`movie ${id}: its title_search doesn't match its text.`];
      },
      'a movie with the search key of another director': async () => {
        const { id } = await shop.clerk.movie(0, { director: 'Agnès Varda' });
        await unchecked(`UPDATE movie SET director_search = 'another' WHERE id = ${id}`);
        return [`movie ${id}: its director_search doesn't match its text.`];
      },
      'a copy and a client with the key of another code and license number': async () => {
        const { copies } = await shop.clerk.movie(1);
        const { id } = await shop.clerk.client({ license_number: 'V-1' });
        await unchecked(`UPDATE movie_copy SET code = 'another' WHERE id = ${copies[0].id}`);
        await unchecked(`UPDATE client SET license_number = 'V-2' WHERE id = ${id}`);
        return [
          `movie_copy ${copies[0].id}: its code_key doesn't match its text.`,
          `client ${id}: its license_key doesn't match its text.`,
        ];
      },
      'a client with the search and sort keys of another name': async () => {
        const id = await client();
        await unchecked(`UPDATE client SET first_name = 'Secret' WHERE id = ${id}`);
        return ['name_search', 'name_sort'].map((name) => `client ${id}: its ${name} doesn't match its text.`);
      },
      ...(isSqlite() && {
        'a movie missing in the search index': async () => {
          const { id, title } = await shop.clerk.movie(0);
          const index = 'ix_movie_title_search_trigrams';
          await unchecked(
            `INSERT INTO ${index} (${index}, rowid, title_search) VALUES ('delete', ${id}, lower('${title}'))`,
          );
          return [`movie ${id}: ${index} doesn't find it by its title_search.`];
        },
        'a movie missing in the search index of directors': async () => {
          const { id } = await shop.clerk.movie(0, { director: 'Jane Campion' });
          const index = 'ix_movie_director_search_trigrams';
          await unchecked(
            `INSERT INTO ${index} (${index}, rowid, director_search) VALUES ('delete', ${id}, 'jane campion')`,
          );
          return [`movie ${id}: ${index} doesn't find it by its director_search.`];
        },
        'a file with inconsistent pages': async () => {
          await unchecked(`
            PRAGMA writable_schema = ON;
            UPDATE sqlite_schema SET sql = replace(sql, '"year"', '"genre_id"') WHERE name = 'ix_movie_year'`);
          return [expect.stringMatching(/^file: .*ix_movie_year/), 'schema: the index ix_movie_year was changed.'];
        },
      }),
    };

    beforeAll(async () => {
      for (const [violation, plant] of Object.entries(plants)) expected[violation] = await plant();
      report = await verify();
      findings = report.stdout.split('\n').filter((line) => /^(schema|file|\w+ \d+): /.test(line));
    });

    it.each(Object.keys(plants))('names %s', (violation) => {
      expect(findings).toEqual(expect.arrayContaining(expected[violation]!));
    });

    it('reports nothing else, quotes no names, and exits with 1', () => {
      const named = Object.values(expected).flat();
      const rows = findings.filter((line) => !line.startsWith('file: '));
      expect(rows).toHaveLength(named.length - (isSqlite() ? 1 : 0));
      expect(report.stdout).toContain(`Findings: ${findings.length} in `);
      expect(report.stdout).not.toContain('Secret');
      expect(report.code).toBe(1);
    });

    it('names the remedy for each, and the exact statements for the schema', () => {
      expect(report.stdout).toMatch(/it has no lines\.\n {2}Delete the rental with DELETE \/movie_rents\/\{id\}/);
      expect(report.stdout).toMatch(/CREATE UNIQUE INDEX "ix_genre_name_key" ON .*\("name_key"\)\s*;/);
    });
  });
});
