import fc, { type Arbitrary } from 'fast-check';
import type { Response } from 'supertest';
import type { Api } from '../app.js';
import { addDays } from './rental-calendar.js';
import {
  type Answer,
  copyOf,
  type Desk,
  isOpen,
  type Name,
  overridable,
  rentOf,
  type Request,
  serviceStates,
} from './rental-model.js';

/**
 * A request whose names are ordinals of resources, resolved when it is sent. Undefined if there is no such resource.
 */
export type Plan = (desk: Desk) => Request | undefined;

/** 0 is the newest resource, 1 the one before, and so on. */
const ordinal = fc.nat(7);
const at = <Item>(items: readonly Item[], nth: number): Item | undefined =>
  items.length === 0 ? undefined : items[items.length - 1 - (nth % items.length)];

const nameOfCopy = fc
  .record({
    nth: ordinal,
    by: fc.oneof(
      { weight: 12, arbitrary: fc.constantFrom('movie_copy_id', 'code', 'code as scanned') },
      { weight: 1, arbitrary: fc.constant('unknown code') },
    ),
  })
  .map(({ nth, by }) => (desk: Desk): Name => {
    const { id, code } = at(desk.copies, nth)!;
    if (by === 'unknown code') return { code: 'NO-SUCH-CODE' };
    return by === 'movie_copy_id' ? { movie_copy_id: id } : { code: by === 'code' ? code : ` ${code.toLowerCase()} ` };
  });
const nameOfMovie = ordinal.map((nth) => (desk: Desk): Name => ({ movie_id: at(desk.movies, nth)!.id }));
const lineOrCopy = fc.oneof(
  {
    weight: 8,
    arbitrary: ordinal.map((nth) => (desk: Desk, rentId: number): Name | undefined => {
      const line = at(
        desk.lines.filter((each) => each.rentId === rentId),
        nth,
      );
      return line && { id: line.id };
    }),
  },
  { weight: 1, arbitrary: nameOfCopy },
);
const some = <Item>(item: Arbitrary<Item>): Arbitrary<Item[]> =>
  fc.oneof(
    { weight: 2, arbitrary: fc.tuple(item) },
    { weight: 1, arbitrary: fc.array(item, { minLength: 2, maxLength: 3 }) },
  );
const sometimes = <Value>(value: Arbitrary<Value>): Arbitrary<Value | undefined> =>
  fc.option(value, { nil: undefined, freq: 3 });
const limit = fc.option(fc.integer({ min: 0, max: 4 }), { freq: 3 });
const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** A date within the next days. */
const soon = fc.nat(3).map((days) => (desk: Desk) => addDays(desk.now.slice(0, 10), days));

const policies = fc.oneof(
  fc.record({ rental_days: limit }),
  fc.record({ max_open_copies: limit }),
  fc.record({ max_renewals: limit }),
  fc.record({ block_when_overdue: fc.boolean() }),
  fc.record({ opening_days: fc.option(fc.subarray(weekdays, { minLength: 1 })) }),
  fc.record({ correction_minutes: fc.constantFrom(null, 0, 60) }),
  fc.record({
    time_zone: fc.constantFrom(
      'UTC',
      'Europe/Berlin',
      'America/New_York',
      'Asia/Kathmandu',
      'Pacific/Pago_Pago',
      'Pacific/Kiritimati',
    ),
  }),
);

const nameOfCopyOrMovie = fc.oneof({ weight: 3, arbitrary: nameOfCopy }, { weight: 2, arbitrary: nameOfMovie });
const checkOut = fc
  .record({
    client: ordinal,
    names: some(nameOfCopyOrMovie),
    rules: sometimes(fc.subarray([...overridable], { minLength: 1 })),
    isDryRun: fc.oneof({ weight: 6, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  })
  .map(({ client, names, ...rest }): Plan => (desk) => ({
    do: 'check out',
    clientId: at(desk.clients, client)!.id,
    names: names.map((name) => name(desk)),
    ...rest,
  }));

/** Rentals with an open line three times out of four, as long as there are any. */
const ofRent = (request: Arbitrary<(desk: Desk, rentId: number) => Request>): Arbitrary<Plan> =>
  fc.tuple(ordinal, fc.nat(3), request).map(([nth, any, toRequest]) => (desk) => {
    const open = desk.rents.filter(({ id }) => desk.lines.some((line) => line.rentId === id && isOpen(line)));
    const rent = at(any > 0 && open.length > 0 ? open : desk.rents, nth);
    return rent && toRequest(desk, rent.id);
  });
const namesOn = (names: readonly ((desk: Desk, rentId: number) => Name | undefined)[], desk: Desk, rentId: number) =>
  names.flatMap((name) => name(desk, rentId) ?? []);

/** How a correction names a line that the rental has. */
const formOfLine = fc.constantFrom('by id', 'by copy', 'by code', 'by movie', 'left out', 'other copy', 'any copy');
const correct = ofRent(
  fc
    .record({
      client: sometimes(ordinal),
      lines: fc.array(fc.tuple(formOfLine, nameOfCopy), { minLength: 3, maxLength: 3 }),
      added: sometimes(some(nameOfCopyOrMovie)),
      rules: sometimes(fc.subarray([...overridable], { minLength: 1 })),
    })
    .map(({ client, lines, added = [], rules }) => (desk: Desk, rentId: number): Request => {
      const kept = desk.lines
        .filter((line) => line.rentId === rentId)
        .flatMap((line, index): Name[] => {
          const copy = copyOf(desk, line);
          const [form, other] = lines[index % lines.length]!;
          switch (form) {
            case 'by id':
              return [{ id: line.id, movie_copy_id: copy.id }];
            case 'by copy':
              return [{ movie_copy_id: copy.id }];
            case 'by code':
              return [{ id: isOpen(line) ? undefined : line.id, code: copy.code }];
            case 'by movie':
              return [{ movie_id: copy.movieId }];
            case 'other copy':
              return [{ id: line.id, ...other(desk) }];
            case 'any copy':
              return [{ id: line.id, movie_id: copy.movieId }];
            case 'left out':
              return [];
          }
        });
      const names = [...kept, ...added.map((name) => name(desk))];
      const clientId = client === undefined ? rentOf(desk, rentId).clientId : at(desk.clients, client)!.id;
      return { do: 'correct', rentId, clientId, names: names.length > 0 ? names : [{ code: 'NO-SUCH-CODE' }], rules };
    }),
);

const returnLines = ofRent(
  some(fc.tuple(lineOrCopy, sometimes(fc.constantFrom('ok', 'damaged')))).map(
    (returns) =>
      (desk: Desk, rentId: number): Request => ({
        do: 'return',
        rentId,
        names: returns.flatMap(([name, condition]) => {
          const named = name(desk, rentId);
          return named ? { ...named, condition } : [];
        }),
      }),
  ),
);
const renew = ofRent(
  fc
    .tuple(some(lineOrCopy), sometimes(fc.subarray(['client_blocked', 'renewal_limit_reached'], { minLength: 1 })))
    .map(([names, rules]) => (desk: Desk, rentId: number): Request => ({
      do: 'renew',
      rentId,
      names: namesOn(names, desk, rentId),
      rules,
    })),
);
const returnStack = some(nameOfCopy).map((names): Plan => (desk) => ({
  do: 'return stack',
  names: names.map((name) => name(desk)),
}));
const endRent = ofRent(
  fc
    .constantFrom('close', 'close', 'void', 'delete')
    .map((kind) => (_: Desk, rentId: number): Request => ({ do: kind, rentId })),
);
const ofLine = fc
  .tuple(ordinal, fc.constantFrom('lose', 'undo return', 'undo return'))
  .map(([nth, kind]): Plan => (desk) => {
    const line = at(desk.lines, nth);
    return line && { do: kind, lineId: line.id };
  });
const setState = fc
  .tuple(ordinal, fc.constantFrom('in_service', ...serviceStates))
  .map(([nth, state]): Plan => (desk) => ({
    do: 'set state',
    copyId: at(desk.copies, nth)!.id,
    state,
  }));
const setStock = fc
  .tuple(ordinal, fc.nat(3))
  .map(([nth, stock]): Plan => (desk) => ({ do: 'set stock', movieId: at(desk.movies, nth)!.id, stock }));
const block = fc.tuple(ordinal, fc.option(soon, { nil: () => null })).map(([nth, until]): Plan => (desk) => ({
  do: 'block',
  clientId: at(desk.clients, nth)!.id,
  until: until(desk),
}));
const unblock = ordinal.map((nth): Plan => (desk) => {
  const found = at(
    desk.clients.flatMap(({ blocks }) => blocks),
    nth,
  );
  return found && { do: 'unblock', blockId: found.id };
});
const limitClient = fc
  .tuple(ordinal, limit)
  .map(([nth, limit]): Plan => (desk) => ({ do: 'limit', clientId: at(desk.clients, nth)!.id, limit }));
const changePolicy = fc.oneof(
  { weight: 7, arbitrary: policies.map((policy): Plan => () => ({ do: 'change policy', policy })) },
  {
    weight: 1,
    arbitrary: fc.array(soon, { maxLength: 3 }).map((dates): Plan => (desk) => ({
      do: 'change policy',
      policy: { closed_dates: [...new Set(dates.map((date) => date(desk)))].sort() },
    })),
  },
);

/** Requests for rentals and copies. */
export const rentalPlans: Arbitrary<Plan> = fc.oneof(
  { weight: 8, arbitrary: checkOut },
  { weight: 5, arbitrary: correct },
  { weight: 5, arbitrary: returnLines },
  { weight: 2, arbitrary: returnStack },
  { weight: 4, arbitrary: endRent },
  { weight: 4, arbitrary: ofLine },
  { weight: 7, arbitrary: renew },
  { weight: 3, arbitrary: setState },
  { weight: 1, arbitrary: setStock },
  { weight: 1, arbitrary: block },
);
/** Requests that change the rules. */
export const rulePlans: Arbitrary<Plan> = fc.oneof(
  { weight: 2, arbitrary: changePolicy },
  { weight: 1, arbitrary: unblock },
  { weight: 1, arbitrary: limitClient },
);

/** Sends a request. */
export async function send(api: Api, genreId: number, request: Request): Promise<Answer> {
  if (request.do === 'read state' || request.do === 'be refused') throw new Error(`${request.do} is not a request.`);
  const [method, path, body] = toHttp(request, genreId);
  const sent = api[method](path);
  const { status, body: answer }: Response = await (body ? sent.send(body) : sent);
  return { status, body: answer };
}

function toHttp(
  request: Exclude<Request, { readonly do: 'read state' | 'be refused' }>,
  genreId: number,
): ['post' | 'put' | 'patch' | 'delete', string, object?] {
  const comment = 'Reported by the client.';
  switch (request.do) {
    case 'check out': {
      const { clientId, names, rules, isDryRun } = request;
      const override = rules && { rules, comment };
      return [
        'post',
        `/movie_rents${isDryRun ? '?dry_run=true' : ''}`,
        { client_id: clientId, details: names, override },
      ];
    }
    case 'correct': {
      const { rentId, clientId, names, rules } = request;
      return [
        'put',
        `/movie_rents/${rentId}`,
        { client_id: clientId, details: names, override: rules && { rules, comment } },
      ];
    }
    case 'return':
      return ['post', `/movie_rents/${request.rentId}/returns`, { details: request.names }];
    case 'renew': {
      const { rentId, names, rules } = request;
      return ['post', `/movie_rents/${rentId}/renewals`, { details: names, override: rules && { rules, comment } }];
    }
    case 'return stack':
      return ['post', '/returns', { copies: request.names }];
    case 'close':
      return ['put', `/movie_rents/${request.rentId}/close`];
    case 'void':
      return ['post', `/movie_rents/${request.rentId}/void`, { comment }];
    case 'delete':
      return ['delete', `/movie_rents/${request.rentId}`];
    case 'lose':
      return ['post', `/movie_rent_details/${request.lineId}/lost`];
    case 'undo return':
      return ['post', `/movie_rent_details/${request.lineId}/undo_return`, { comment }];
    case 'block':
      return ['post', `/clients/${request.clientId}/blocks`, { reason: 'Scratched discs.', until: request.until }];
    case 'unblock':
      return ['delete', `/client_blocks/${request.blockId}`];
    case 'limit':
      return ['patch', `/clients/${request.clientId}`, { max_open_copies: request.limit }];
    case 'change policy':
      return ['patch', '/shop', request.policy];
    case 'set state':
      return ['patch', `/movie_copies/${request.copyId}`, { service_state: request.state }];
    case 'set stock': {
      const { movieId, stock } = request;
      return ['put', `/movies/${movieId}/with_stock`, { title: 'Property', year: 1999, genre_id: genreId, stock }];
    }
  }
}
