import { isDeepStrictEqual } from 'node:util';
import { endOf } from './rental-calendar.js';
import { correct } from './rental-correction.js';
import {
  assertAgrees,
  chooseCopies,
  conflict,
  Disagreement,
  done,
  dueAfter,
  dueToday,
  mostSevere,
  pointerOf,
  termsOf,
  type Verdict,
} from './rental-expectations.js';
import { expectedState } from './rental-state.js';
import {
  blockRefusals,
  clientRefusals,
  clientOf,
  copyNamed,
  copyOf,
  isInStock,
  isOpen,
  isOverdue,
  lastLine,
  lineNamed,
  lineOf,
  open,
  openLine,
  refusalsIn,
  rentOf,
  sorted,
  today,
  type Desk,
  type Line,
  type Name,
  type Request,
  type RequestTo,
  type Answer,
  type Refusal,
} from './rental-model.js';

/** Applies a request and its response to the model. @throws Disagreement */
export function step(desk: Desk, request: Request, { status, body }: Answer): void {
  const verdict = verdictOf(desk, request);
  const type = verdict.type && `/problems/${verdict.type}`;
  const expected = { status: verdict.status, type, errors: verdict.errors && sorted(verdict.errors) };
  const given = { status, type: body?.type, errors: verdict.errors && refusalsIn(body?.errors) };
  assertAgrees(JSON.stringify(request), given, expected);
  verdict.apply?.(body);
}

function verdictOf(desk: Desk, request: Request): Verdict {
  const isGone =
    ('rentId' in request && !rentOf(desk, request.rentId)) || ('lineId' in request && !lineOf(desk, request.lineId));
  if (isGone) return { status: 404, type: 'not-found' };
  switch (request.do) {
    case 'check out':
      return checkOut(desk, request);
    case 'correct':
      return correct(desk, request);
    case 'return':
      return returnLines(desk, request);
    case 'return stack':
      return returnStack(desk, request);
    case 'renew':
      return renew(desk, request);
    case 'close':
      return done(() => open(desk, request.rentId).forEach((line) => giveBack(desk, line)));
    case 'void': {
      const rent = rentOf(desk, request.rentId);
      if (rent.voided) return done();
      return done(() => {
        open(desk, rent.id).forEach((line) => giveBack(desk, line));
        rent.voided = desk.now;
      });
    }
    case 'delete': {
      const { id, created } = rentOf(desk, request.rentId);
      const minutes = (Date.parse(desk.now) - Date.parse(created)) / 60_000;
      const limit = desk.policy.correction_minutes;
      if (limit !== null && minutes > limit) return conflict('correction-time-over');
      return done(() => {
        desk.rents = desk.rents.filter((rent) => rent.id !== id);
        desk.lines = desk.lines.filter(({ rentId }) => rentId !== id);
      }, 204);
    }
    case 'lose': {
      const line = lineOf(desk, request.lineId);
      if (line.returned) return conflict('line-returned');
      if (line.lost) return done();
      return done(() => {
        line.lost = desk.now;
        copyOf(desk, line).state = 'lost';
      });
    }
    case 'undo return':
      return undoReturn(desk, lineOf(desk, request.lineId));
    case 'block':
      return done(({ id }) => void clientOf(desk, request.clientId).blocks.push({ id, until: request.until }), 201);
    case 'unblock':
      return done(() => {
        for (const client of desk.clients) client.blocks = client.blocks.filter(({ id }) => id !== request.blockId);
      }, 204);
    case 'limit':
      return done(() => void (clientOf(desk, request.clientId).limit = request.limit));
    case 'change policy':
      return done(() => void (desk.policy = { ...desk.policy, ...request.policy }));
    case 'set state': {
      const copy = desk.copies.find(({ id }) => id === request.copyId)!;
      if (copy.state !== request.state && openLine(desk, copy)) return conflict('copy-is-out');
      return done(() => void (copy.state = request.state));
    }
    case 'set stock':
      return setStock(desk, request);
    case 'be refused': {
      const { errors = [] } = verdictOf(desk, request.of);
      return done(() =>
        assertAgrees(
          'a refusal',
          errors.some((each) => isDeepStrictEqual(each, request.refusal)),
          true,
        ),
      );
    }
    case 'read state':
      return done((body) => assertAgrees('the shop', body, expectedState(desk)));
  }
}

/** Every rule is checked for the client and for every line; nothing is lent unless all are satisfied or lifted. */
function checkOut(desk: Desk, { clientId, names, rules = [], isDryRun }: RequestTo<'check out'>): Verdict {
  const choices = chooseCopies(desk, names);
  const all = [...clientRefusals(desk, clientId, names.length), ...choices.flatMap((choice) => choice.refusals)];
  const refusals = all.filter(({ code }) => !rules.includes(code));
  if (isDryRun) {
    return done((body) => {
      assertAgrees('a dry run', [body.allowed, refusalsIn(body.refusals)], [refusals.length === 0, sorted(refusals)]);
      for (const { movie_id, due_on } of body.details)
        assertAgrees('due on', due_on, dueToday(desk, movie_id)?.on ?? null);
    });
  }
  if (refusals.length > 0) return { ...mostSevere(refusals), errors: refusals };
  return done((rent) => {
    desk.rents.push({ id: rent.id, clientId, created: desk.now, voided: null });
    for (const [index, { id, movie_copy_id }] of rent.details.entries()) {
      const copy = desk.copies.find((each) => each.id === movie_copy_id);
      if (!copy) throw new Disagreement(`Copy ${movie_copy_id} is unknown.`);
      const { movie_id = copy.movieId } = names[index]!;
      const named = names[index]!.movie_id ? copy : copyNamed(desk, names[index]!);
      const isLifted = rules.includes('copy_not_in_service') && !names[index]!.movie_id;
      const isFree = !openLine(desk, copy) && (isLifted || copy.state === 'in_service');
      assertAgrees('the lent copy', [copy.id, copy.movieId, isFree], [named!.id, movie_id, true]);
      copy.state = 'in_service';
      const terms = termsOf(desk, copy, desk.now);
      const line = { id, rentId: rent.id, copyId: copy.id, lent: desk.now, ...terms, renewals: 0 };
      desk.lines.push({ ...line, returned: null, lost: null });
    }
  }, 201);
}

/** A line that has ended keeps its time, unless its copy was lost with it and is still lost. */
function returnLines(desk: Desk, { rentId, names }: RequestTo<'return'>): Verdict {
  const errors = nameErrors(desk, rentId, names);
  if (errors.length > 0) return { status: 422, type: 'invalid-input', errors };
  const lines = names.map((name) => [lineNamed(desk, rentId, name)!, name.condition === 'damaged'] as const);
  const isLentSince = ([line, isDamaged]: (typeof lines)[number]): boolean =>
    isDamaged && !isOpen(line) && !line.isDamageReported && lastLine(desk, line.copyId) !== line;
  if (lines.some(isLentSince)) return conflict('copy-lent-since');
  return done(() => lines.forEach(([line, isDamaged]) => giveBack(desk, line, isDamaged)));
}

/** @returns whether the line ended by it */
function giveBack(desk: Desk, line: Line, isDamaged = false): boolean {
  const copy = copyOf(desk, line);
  const isFound = line.lost !== null && copy.state === 'lost' && lastLine(desk, copy.id) === line;
  const hasEnded = isOpen(line) || isFound;
  if (!hasEnded && (!isDamaged || line.isDamageReported)) return false;
  const state = isDamaged && (isFound || copy.state === 'in_service') ? 'maintenance' : isFound && 'in_service';
  if (hasEnded) Object.assign(line, { returned: desk.now, lost: null });
  if (state) Object.assign(copy, { state });
  Object.assign(line, { setCopyTo: state || undefined, isDamageReported: isDamaged });
  return hasEnded;
}

/** Each copy of a stack has its own outcome. */
function returnStack(desk: Desk, { names }: RequestTo<'return stack'>): Verdict {
  return done(({ copies }) => {
    // A copy that appears twice has the same line both times, also if an earlier loan of it began at the same time.
    const found = names.map((name) => {
      const copy = copyNamed(desk, name);
      return { copy, line: copy && lastLine(desk, copy.id) };
    });
    const outcomes = found.map(({ copy, line }) => {
      const outcome = !copy ? 'unknown' : line && giveBack(desk, line) ? 'returned' : 'already_in';
      return { outcome, id: line?.id };
    });
    for (const [index, { outcome, line }] of copies.entries()) {
      const { id } = outcomes[index]!;
      assertAgrees('an outcome', [outcome, line === undefined ? id : line?.id], [outcomes[index]!.outcome, id]);
    }
  });
}

/** A return is undone as long as the copy has not been lent or withdrawn since. */
function undoReturn(desk: Desk, line: Line): Verdict {
  const copy = copyOf(desk, line);
  if (rentOf(desk, line.rentId).voided) return conflict('rent-voided');
  if (isOpen(line)) return done();
  if (line.lost) return conflict('line-lost');
  if (lastLine(desk, copy.id) !== line) return conflict('copy-lent-since');
  if (!isInStock(copy)) return conflict('copy-withdrawn');
  return done(() => {
    if (copy.state === line.setCopyTo) copy.state = 'in_service';
    Object.assign(line, { returned: null, setCopyTo: undefined, isDamageReported: undefined });
  });
}

/** A renewal counts from the due date, or from today if that is past. */
function renew(desk: Desk, { rentId, names, rules = [] }: RequestTo<'renew'>): Verdict {
  if (rentOf(desk, rentId).voided) return conflict('rent-voided');
  const errors = nameErrors(desk, rentId, names);
  if (errors.length > 0) return { status: 422, type: 'invalid-input', errors };
  const { max_renewals: limit } = desk.policy;
  const extensions = names.map((name) => {
    const line = lineNamed(desk, rentId, name)!;
    const from = isOverdue(desk, line) ? today(desk) : line.due?.on;
    return { line, due: from === undefined ? null : dueAfter(desk, from, line.days!) };
  });
  const refusals = extensions.flatMap(({ line, due }, index): Refusal[] => {
    const refuse = (code: string, isOverridable: boolean, facts: object) => ({
      pointer: pointerOf(names[index]!, index),
      code,
      overridable: isOverridable,
      ...facts,
    });
    if (!isOpen(line)) return [refuse('line_ended', false, {})];
    const { renewals } = line;
    const isAtLimit = limit !== null && renewals >= limit;
    const isUnchanged = !due || due.on <= line.due!.on || endOf(due) <= endOf(line.due!);
    return [
      ...(isAtLimit ? [refuse('renewal_limit_reached', true, { limit, renewals })] : []),
      ...(isUnchanged ? [refuse('due_date_unchanged', false, { due_on: line.due?.on ?? null })] : []),
    ];
  });
  const left = [...blockRefusals(desk, rentOf(desk, rentId).clientId), ...refusals].filter(
    ({ code }) => !rules.includes(code),
  );
  if (left.length > 0) return { ...conflict('renewal-refused'), errors: left };
  return done(() => extensions.forEach(({ line, due }) => Object.assign(line, { due, renewals: line.renewals + 1 })));
}

/** Lowering the stock retires the newest free copies, or changes nothing if too few are free. */
function setStock(desk: Desk, { movieId, stock }: RequestTo<'set stock'>): Verdict {
  const copies = desk.copies.filter((copy) => copy.movieId === movieId && isInStock(copy));
  const free = copies.filter((copy) => copy.state === 'in_service' && !openLine(desk, copy));
  const surplus = Math.max(0, copies.length - stock);
  if (surplus > free.length) return conflict('stock-too-low');
  return done((movie) => {
    for (const copy of free.slice(free.length - surplus)) copy.state = 'retired';
    for (const { id, code } of movie.copies) {
      if (!desk.copies.some((copy) => copy.id === id)) desk.copies.push({ id, movieId, code, state: 'in_service' });
    }
  });
}

function nameErrors(desk: Desk, rentId: number, names: readonly Name[]): Refusal[] {
  const lines = names.map((name) => lineNamed(desk, rentId, name));
  return names.flatMap((name, index) => {
    const pointer = pointerOf(name, index);
    if (!lines[index]) return [{ pointer, code: 'unknown' }];
    return lines.indexOf(lines[index]) < index ? [{ pointer, code: 'duplicate_line' }] : [];
  });
}
