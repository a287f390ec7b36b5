import { UnusableInput } from '../../scripts/support/input.js';
import { readSakila } from '../../scripts/import/sakila.js';
import type { Shop } from '../../scripts/import/shop.js';
import { type SakilaChanges, writeSakila } from '../support/sakila.js';

async function read(changes: SakilaChanges, encoding?: string): Promise<Shop> {
  const { folder, drop } = await writeSakila(changes);
  return readSakila(folder, encoding).finally(drop);
}

/** Returns the faults of files that are refused. */
async function faultsOf(changes: SakilaChanges, encoding?: string): Promise<string[]> {
  const refusal: unknown = await read(changes, encoding).catch((error: unknown) => error);
  if (!(refusal instanceof UnusableInput)) throw new Error('The files were not refused.');
  const [first, ...faults] = refusal.message.split('\n');
  expect(first).toBe(`Nothing was imported: the files have ${faults.length} fault${faults.length === 1 ? '' : 's'}.`);
  return faults.map((fault) => fault.trim());
}

const add =
  (...rows: string[]) =>
  (text: string) =>
    `${text}${rows.join('\n')}\n`;
const long = (length: number) => 'x'.repeat(length);

describe('the CSV files of Sakila', () => {
  it('are read as a shop', async () => {
    const shop = await read({});
    expect(shop.movies).toMatchObject([
      { sourceId: '1', title: 'First Film', description: 'Of one,\nand another', year: 1999, genre: '1' },
      { sourceId: '2', title: 'Second Film', description: null, year: 2006, genre: '2' },
    ]);
    expect(shop.copies).toMatchObject([{ code: 'SAKILA-1' }, { code: 'SAKILA-2' }, { code: 'SAKILA-3' }]);
    expect(shop.clients).toMatchObject([
      { firstName: 'Mary', lastName: 'Smith', address: '5 Mill Lane, Alberta, Lethbridge' },
      { firstName: 'John', lastName: 'Doe', address: null },
    ]);
    expect(shop.rents).toMatchObject([
      { client: '1', creationDatetime: new Date('2005-05-24T22:53:30Z'), lines: [{ copy: '1' }] },
      { client: '2', lines: [{ copy: '2', returnedDatetime: null }] },
    ]);
  });

  it('follow the rules of the API: every invalid value is reported', async () => {
    const faults = await faultsOf({
      'category.csv': add('3, ', `4,${long(101)}`, '5,DRAMA'),
      'film.csv': add(
        '3,Third Film,,',
        '4,Fourth Film,,99999',
        '5,Fifth Film,,1.5',
        '6,   ,,1869',
        `7,${long(300)},${long(5001)},2006`,
        '8,N\0L,,2006',
      ),
      'film_category.csv': add('3,1', '4,1', '5,1', '6,1', '7,1', '8,1'),
      'customer.csv': add('3,,Nemo,1', `4,A,${long(101)},1`, '5,A\0,B,1'),
      'address.csv': add(`3,${long(501)},,1`, `4,${long(300)},${long(300)},1`, '5,A,B\0,1', '6,A,,3'),
      'city.csv': add('3,C\0', `4,${long(501)}`),
    });
    expect(faults).toEqual([
      'address.csv, line 4, column address: address must have 500 characters at most.',
      'address.csv, line 5, column address: address must have 500 characters at most.',
      'address.csv, line 6, column district: address must not contain NUL characters.',
      'category.csv, line 4, column name: name must not be blank.',
      'category.csv, line 5, column name: name must have 100 characters at most.',
      'category.csv, line 6, column name: name, without regard to case, is that of line 2 too.',
      'city.csv, line 4, column city: address must not contain NUL characters.',
      'city.csv, line 5, column city: address must have 500 characters at most.',
      'customer.csv, line 4, column first_name: first_name must not be blank.',
      'customer.csv, line 5, column last_name: last_name must have 100 characters at most.',
      'customer.csv, line 6, column first_name: first_name must not contain NUL characters.',
      'film.csv, line 5, column release_year: year must be a whole number.',
      'film.csv, line 6, column release_year: year must be 2200 or less.',
      'film.csv, line 7, column release_year: year must be a whole number.',
      'film.csv, line 8, column title: title must not be blank.',
      'film.csv, line 8, column release_year: year must be 1870 or more.',
      'film.csv, line 9, column title: title must have 255 characters at most.',
      'film.csv, line 9, column description: description must have 5000 characters at most.',
      'film.csv, line 10, column title: title must not contain NUL characters.',
    ]);
  });

  it('have numeric unique ids, and refer to existing rows', async () => {
    const faults = await faultsOf({
      'category.csv': add('x,Horror', '1,Twice', '2147483648,Large'),
      'film.csv': add('3,No Category,,2006', '1,Twice,,2006', '01,Padded,,2006'),
      'film_category.csv': add('9,1', '1,9', ',1'),
      'inventory.csv': add('4,9', '3,1'),
      'customer.csv': add('3,A,B,9', '1,A,B,1'),
      'address.csv': add('3,A,B,9'),
      'rental.csv': add('3,2006-01-01 00:00:00,9,8,', '2,2006-01-01 00:00:00,3,1,'),
    });
    const idRule = 'must be a whole number from 1 to 2147483647.';
    expect(faults).toEqual([
      'address.csv, line 4, column city_id: there is no city_id "9" in city.csv.',
      `category.csv, line 4, column category_id: category_id ${idRule}`,
      'category.csv, line 5, column category_id: category_id 1 is that of line 2 too.',
      `category.csv, line 6, column category_id: category_id ${idRule}`,
      'customer.csv, line 4, column address_id: there is no address_id "9" in address.csv.',
      'customer.csv, line 5, column customer_id: customer_id 1 is that of line 2 too.',
      'film.csv, line 5, column film_id: film_id 3 has no category in film_category.csv.',
      'film.csv, line 6, column film_id: film_id 1 is that of line 2 too.',
      `film.csv, line 7, column film_id: film_id ${idRule}`,
      'film.csv, line 7, column film_id: film_id 01 has no category in film_category.csv.',
      'film_category.csv, line 4, column film_id: there is no film_id "9" in film.csv.',
      'film_category.csv, line 5, column category_id: there is no category_id "9" in category.csv.',
      'film_category.csv, line 5, column film_id: film_id 1 has a category in line 2 already.',
      'film_category.csv, line 6, column film_id: there is no film_id "" in film.csv.',
      'inventory.csv, line 5, column film_id: there is no film_id "9" in film.csv.',
      'inventory.csv, line 6, column inventory_id: inventory_id 3 is that of line 4 too.',
      'rental.csv, line 4, column inventory_id: there is no inventory_id "9" in inventory.csv.',
      'rental.csv, line 4, column customer_id: there is no customer_id "8" in customer.csv.',
      'rental.csv, line 5, column rental_id: rental_id 2 is that of line 3 too.',
    ]);
  });

  it('have at most as many copies of a film as the shop can have', async () => {
    const copies = Array.from({ length: 9_999 }, (_, position) => `${position + 4},1`);
    const faults = await faultsOf({ 'inventory.csv': add(...copies) });
    expect(faults).toEqual(['inventory.csv, line 10003, column film_id: film_id 1 has more than 10000 copies.']);
  });

  it('have valid instants in order, and no overlapping loans of a copy', async () => {
    const faults = await faultsOf({
      'rental.csv': add(
        '3,2005-02-30 00:00:00,3,1,',
        '4,2005-05-24,3,1,yesterday',
        '5,2005-06-01 10:00:00,3,1,2005-06-01 09:59:59',
        '6,2005-06-02 24:00:00,3,1,',
        '7,2999-01-01 00:00:00,3,1,2999-02-01 00:00:00',
        // Copy 3 is lent until another rental has begun, during a rental, at the end of a rental (valid), and while it is out.
        '8,2005-07-01 00:00:00,3,1,2005-07-10 00:00:00',
        '9,2005-07-09 23:59:59,3,1,2005-07-10 00:00:00',
        '10,2005-07-02 00:00:00,3,2,2005-07-03 00:00:00',
        '11,2005-07-10 00:00:00,3,2,',
        '12,2005-08-01 00:00:00,3,1,2005-08-02 00:00:00',
        // Copy 2 is out by rental 2, which began before.
        '13,2005-05-25 09:00:00,2,1,2005-05-25 10:00:01',
      ),
    });
    const date = 'must be an instant such as 2005-05-24 22:53:30.';
    const july = 'inventory_id 3 was lent in line 9 until 2005-07-10T00:00:00.000Z.';
    expect(faults).toEqual([
      'rental.csv, line 3, column inventory_id: inventory_id 2 was lent in line 14 until 2005-05-25T10:00:01.000Z.',
      `rental.csv, line 4, column rental_date: rental_date ${date}`,
      `rental.csv, line 5, column rental_date: rental_date ${date}`,
      `rental.csv, line 5, column return_date: return_date ${date}`,
      'rental.csv, line 6, column return_date: return_date is before rental_date.',
      `rental.csv, line 7, column rental_date: rental_date ${date}`,
      'rental.csv, line 8, column rental_date: rental_date is in the future.',
      'rental.csv, line 8, column return_date: return_date is in the future.',
      `rental.csv, line 10, column inventory_id: ${july}`,
      `rental.csv, line 11, column inventory_id: ${july}`,
      'rental.csv, line 13, column inventory_id: inventory_id 3 was lent in line 12 and was not returned.',
    ]);
  });

  it('are complete, each with its header and rows of one length', async () => {
    const faults = await faultsOf({
      'address.csv': null,
      'category.csv': '',
      'city.csv': 'city,city\n1,2\n',
      'film.csv': add('3,Short', '4,Long,,2006,more', '', '5,Two,"lines\nlong",0'),
      'inventory.csv': add('4,"1"1', '5,9'),
      'rental.csv': add('3,2005-06-01 00:00:00,9,9,,'),
      'customer.csv': add('3,"A,B,1', '4,A,B,1'),
      'film_category.csv': add('3,1', '4,1', '5,1', '6,1,', '7,x"y'),
    });
    const broken = "from this row on, the file can't be read.";
    expect(faults).toEqual([
      'address.csv: there is no such file.',
      'category.csv, line 1: there is no header.',
      'city.csv, line 1, column city_id: the header lacks this column.',
      'city.csv, line 1, column city: the header has this column twice.',
      `customer.csv, line 4, column first_name: a quote is not closed; ${broken}`,
      'film.csv, line 5, column 3: the row has 2 columns, and the header 4.',
      'film.csv, line 6, column 5: the row has 5 columns, and the header 4.',
      'film.csv, line 8, column release_year: year must be 1870 or more.',
      'film_category.csv, line 7, column 3: the row has 3 columns, and the header 2.',
      `film_category.csv, line 8, column category_id: a quote is within a value that does not begin with one; ${broken}`,
      `inventory.csv, line 5, column film_id: text follows a closing quote; ${broken}`,
      'rental.csv, line 4, column 6: the row has 6 columns, and the header 5.',
    ]);
  });

  it('are UTF-8: every invalid byte is reported', async () => {
    const latin1 = (text: string) => Buffer.from(text, 'latin1');
    const faults = await faultsOf({
      'film.csv': latin1('film_id,title,description,release_year\n1,Amélie,à la,2001\n2,Café\xff\xe9,,1999\n'),
      'city.csv': latin1('city_id,city\n1,Malmö'),
      'category.csv': Buffer.concat([
        latin1('category_id,name\n1,'),
        Buffer.from('é €𝄞\n2,'),
        Buffer.from([0xe2, 0x82]),
      ]),
    });
    const reason = 'is not UTF-8 text; name the encoding of the files: --encoding latin1, for example.';
    expect(faults).toEqual([
      `category.csv, line 3, column 3: ${reason}`,
      `city.csv, line 2, column 7: ${reason}`,
      `film.csv, line 2, column 5: ${reason}`,
      `film.csv, line 2, column 10: ${reason}`,
      `film.csv, line 3, column 6: ${reason}`,
      `film.csv, line 3, column 7: ${reason}`,
      `film.csv, line 3, column 8: ${reason}`,
    ]);
  });

  it('may be in another named encoding, and begin with a byte order mark', async () => {
    const accented = (text: string) => text.replace('First Film', 'Amélie');
    const encoded = (encoding: BufferEncoding, mark: number[]) => ({
      'film.csv': Buffer.concat([
        Buffer.from(mark),
        Buffer.from(accented('film_id,title,description,release_year\r\n1,First Film,,2001\r\n2,Two,,2001'), encoding),
      ]),
    });
    const titleOf = async (changes: SakilaChanges, encoding?: string) =>
      (await read(changes, encoding)).movies[0]!.title;
    expect(await titleOf(encoded('latin1', []), 'latin1')).toBe('Amélie');
    expect(await titleOf(encoded('utf8', [0xef, 0xbb, 0xbf]))).toBe('Amélie');
    expect(await titleOf(encoded('utf16le', [0xff, 0xfe]))).toBe('Amélie');
    expect(await titleOf(encoded('utf8', [0xef, 0xbb, 0xbf]), 'latin1')).toBe('Amélie');
    expect(await faultsOf(encoded('latin1', []), 'euc-jp')).toHaveLength(1);
    await expect(read({}, 'latin-one')).rejects.toThrow('There is no encoding "latin-one".');
  });

  it('are read from an existing folder', async () => {
    await expect(readSakila('no/such/folder')).rejects.toThrow('There is no folder no/such/folder.');
  });
});
