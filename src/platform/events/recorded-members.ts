/** What was changed, by names on the wire. Contains no personal data apart from comments and notes of clerks. */
export type Changes = Readonly<Record<string, unknown>>;

/** How a member is recorded: with its values or, if it is personal, by its name only. */
type Recording = 'recorded' | 'personal';

/** Describes the members of a resource in events. Every editable member is declared, so that a new one is not forgotten. */
export class RecordedMembers<Fields extends object> {
  private readonly names: readonly (keyof Fields & string)[];

  constructor(private readonly members: Readonly<Record<keyof Fields & string, Recording>>) {
    this.names = Object.keys(members) as (keyof Fields & string)[];
  }

  /** The names of personal members on the wire. */
  get personalNames(): string[] {
    return this.names.filter((name) => this.members[name] === 'personal').map(onWire);
  }

  /** Returns the members of a created or deleted resource that have a value. */
  of(fields: Fields): Changes {
    const present = this.names.filter((name) => fields[name] !== null && fields[name] !== undefined);
    return this.describe(present, (name) => fields[name]);
  }

  /** Returns the members that differ, each with its former and its new value. */
  between(before: Fields, after: Fields): Changes {
    const changed = this.names.filter((name) => textOf(before[name]) !== textOf(after[name]));
    return this.describe(changed, (name) => ({ from: before[name] ?? null, to: after[name] ?? null }));
  }

  private describe(
    names: readonly (keyof Fields & string)[],
    valueOf: (name: keyof Fields & string) => unknown,
  ): Changes {
    const isPersonal = (name: keyof Fields & string): boolean => this.members[name] === 'personal';
    const personal = names.filter(isPersonal).map(onWire);
    return {
      ...Object.fromEntries(names.filter((name) => !isPersonal(name)).map((name) => [onWire(name), valueOf(name)])),
      ...(personal.length > 0 && { personal_members: personal }),
    };
  }
}

const textOf = (value: unknown): string => JSON.stringify(value ?? null);

const onWire = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
