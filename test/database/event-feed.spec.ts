import { setTimeout as pause } from 'node:timers/promises';
import type { KeysetPosition } from '../../src/kernel/page.js';
import { EventRepository } from '../../src/platform/events/event.repository.js';
import { openDatabase } from '../support/database/database.js';
import { isSqlite } from '../support/engine.js';
import { eventsShown, recordedEvents } from '../support/database/events.js';
import { RawTables } from '../support/database/raw-tables.js';

const writers = 4;
/** On SQLite, transactions commit in the order of their ids, so that few can show a fault. */
const unitsPerWriter = isSqlite() ? 50 : 250;
const eventsPerUnit = 20;

describe('a reader of the event feed beside four writers', () => {
  it('sees every committed event once, and none that was rolled back', async () => {
    const database = await openDatabase();
    const { unitOfWork } = database;
    let isWriting = true;
    const seen: number[] = [];

    const write = async (writer: number): Promise<void> => {
      for (let unit = 0; unit < unitsPerWriter; unit++) {
        const writing = unitOfWork.run({ events: EventRepository, raw: RawTables }, async ({ events, raw }) => {
          // Assigns the number of the transaction long before the commit.
          await raw.manager.query(`INSERT INTO genre (name, name_key) VALUES ('x', '${writer} ${unit}')`);
          events.record(
            {},
            ...Array.from({ length: eventsPerUnit }, (_, index) => ({
              type: 'genre.created',
              resource: 'genres',
              resourceId: 1 + index,
              creationDatetime: new Date(),
              changes: { writer, unit },
            })),
          );
          if (unit % 3 === 0) await new Promise(setImmediate);
          if (unit % 50 === writer) await pause(20);
          if (unit % 5 === 4) throw new Error('rolled back');
        });
        await writing.catch((error: Error) => expect(error.message).toBe('rolled back'));
      }
    };

    let position: (KeysetPosition & { direction: 'after' }) | undefined;
    const request = { sortBy: 'id', descending: false, limit: 200, includeTotal: false };
    const readPage = async (): Promise<number> => {
      const page = await unitOfWork.readPage({ events: EventRepository }, request, ({ events }) =>
        events.page({}, { ...request, from: position }),
      );
      seen.push(...page.rows.map(({ id }) => id));
      const last = page.rows.at(-1);
      if (last) position = { ...page.positionOf(last), direction: 'after' };
      else expect(page.resumesAt).toEqual(position);
      return page.rows.length;
    };
    const read = async (): Promise<void> => {
      while (isWriting) if ((await readPage()) === 0) await new Promise(setImmediate);
      while ((await readPage()) > 0);
    };

    const reading = read();
    await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));
    await eventsShown(database.url);
    isWriting = false;
    await reading;
    const stored = (await recordedEvents(database.url)).map(({ id }) => id);
    await database.close();
    expect(stored).toHaveLength(writers * (unitsPerWriter - unitsPerWriter / 5) * eventsPerUnit);
    expect(new Set(seen).size).toBe(seen.length);
    expect([...seen].sort((one, other) => one - other)).toEqual(stored);
  });
});
