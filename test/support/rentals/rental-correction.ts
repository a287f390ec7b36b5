import {
  Disagreement,
  chooseCopies,
  conflict,
  done,
  mostSevere,
  termsOf,
  type Verdict,
} from './rental-expectations.js';
import {
  clientRefusals,
  copyNamed,
  copyOf,
  isOpen,
  openLine,
  rentOf,
  type Copy,
  type Desk,
  type Line,
  type Name,
  type Refusal,
  type RequestTo,
} from './rental-model.js';

/** A name in a correction, and its line of the rental; undefined for a new line. */
interface Wanted {
  readonly line?: Line;
  /** Names the copy of the line if the line keeps it. */
  readonly name: Name;
  readonly keepsCopy: boolean;
}

/** PUT of a rental: named lines replace its lines. Ended lines are not changed. */
export function correct(desk: Desk, { rentId, clientId, names, rules = [] }: RequestTo<'correct'>): Verdict {
  const rent = rentOf(desk, rentId);
  if (rent.voided) return conflict('rent-voided');
  const lines = desk.lines.filter((line) => line.rentId === rentId);
  const errors = idErrors(lines, names);
  if (errors.length > 0) return { status: 422, type: 'invalid-input', errors };

  const wanted = match(desk, lines, names);
  const ended = lines.filter((line) => !isOpen(line));
  const missing = ended.filter((line) => !wanted.some((each) => each.line === line && each.keepsCopy));
  const isOtherClient = clientId !== rent.clientId;
  const isClosed = ended.length === lines.length;
  if (isClosed && !isOtherClient && wanted.length === lines.length && missing.length === 0) return done();
  if (isClosed) return conflict('rent-closed');
  if (missing.some(({ returned }) => returned)) return conflict('line-returned');
  if (missing.length > 0) return conflict('line-lost');

  const kept = wanted.filter(({ line }) => line).length;
  const [added, removed] = isOtherClient
    ? [wanted.length - ended.length, 0]
    : [wanted.length - kept, lines.length - kept];
  const choices = chooseCopies(
    desk,
    wanted.map(({ name }) => name),
    (copy, index) => wanted[index]!.keepsCopy || openLine(desk, copy)?.rentId === rentId,
  );
  const all = [...clientRefusals(desk, clientId, added, removed), ...choices.flatMap(({ refusals }) => refusals)];
  // A line that keeps its copy is named by the copy, and refused by the name that the request gave it.
  const refusals = all.filter(({ code }) => !rules.includes(code));
  if (refusals.length > 0) return { ...mostSevere(refusals), errors: refusals };

  return done(({ details }) => {
    const known = new Set(lines.map(({ id }) => id));
    const copies = choices.map(({ copy }) => copy!);
    const lentAgain = copies.map((copy) => lastEnd(desk, copy));
    desk.lines = desk.lines.filter((line) => line.rentId !== rentId || wanted.some((each) => each.line === line));
    rent.clientId = clientId;
    for (const [index, { line, keepsCopy }] of wanted.entries()) {
      const copy = copies[index]!;
      if (keepsCopy) continue;
      copy.state = 'in_service';
      if (line) {
        const lent = [line.lent, lentAgain[index]!].sort().at(-1)!;
        Object.assign(line, { copyId: copy.id, lent, ...(line.renewals === 0 && termsOf(desk, copy, lent)) });
        continue;
      }
      const added = details.find((each: { id: number; movie_copy_id: number }) => {
        return !known.has(each.id) && each.movie_copy_id === copy.id;
      });
      if (!added) throw new Disagreement(`Copy ${copy.id} is not on the corrected rental.`);
      desk.lines.push({
        id: added.id,
        rentId,
        copyId: copy.id,
        lent: desk.now,
        ...termsOf(desk, copy, desk.now),
        renewals: 0,
        returned: null,
        lost: null,
      });
    }
    desk.lines.sort((one, other) => one.id - other.id);
  });
}

function idErrors(lines: readonly Line[], names: readonly Name[]): Refusal[] {
  return names.flatMap(({ id }, index) => {
    const pointer = `#/details/${index}/id`;
    if (id === undefined) return [];
    if (!lines.some((line) => line.id === id)) return [{ pointer, code: 'unknown' }];
    return names.findIndex((name) => name.id === id) < index ? [{ pointer, code: 'duplicate_line' }] : [];
  });
}

/** A name without the id of a line refers to the open line with its copy, else to one with a copy of its movie. */
function match(desk: Desk, lines: readonly Line[], names: readonly Name[]): Wanted[] {
  const isCopyOf = (line: Line, name: Name): boolean => copyNamed(desk, name)?.id === line.copyId;
  const isOfMovie = (line: Line, name: Name): boolean =>
    copyOf(desk, line).movieId === name.movie_id && !names.some((each) => isCopyOf(line, each));
  const claimed = new Set(names.flatMap(({ id }) => id ?? []));
  return names.map((name) => {
    const isFor = (line: Line): boolean => isCopyOf(line, name) || isOfMovie(line, name);
    const line = lines.find((each) =>
      name.id === undefined ? isOpen(each) && !claimed.has(each.id) && isFor(each) : each.id === name.id,
    );
    if (!line) return { name, keepsCopy: false };
    claimed.add(line.id);
    if (!isFor(line)) return { line, name, keepsCopy: false };
    return { line, name: name.movie_id ? { movie_copy_id: line.copyId } : name, keepsCopy: true };
  });
}

/** Returns the end of the last ended loan of a copy; the earliest instant if there is none. */
const lastEnd = (desk: Desk, copy: Copy): string =>
  desk.lines
    .flatMap((line) => (line.copyId === copy.id ? (line.returned ?? line.lost ?? []) : []))
    .sort()
    .at(-1) ?? '';
