/** Keeps the values that were used last, and makes of every other anew. */
export class RecentlyUsed<Value> {
  private readonly kept = new Map<string, Value>();

  /**
   * @param most kept at a time
   * @param discard what is done with one that isn't kept any longer
   */
  constructor(
    private readonly most: number,
    private readonly discard: (value: Value) => void = () => undefined,
  ) {}

  get(key: string, make: () => Value): Value {
    const value = this.kept.get(key) ?? make();
    this.kept.delete(key);
    this.kept.set(key, value);
    if (this.kept.size > this.most) this.discardOne(this.kept.keys().next().value!);
    return value;
  }

  discardOne(key: string): void {
    const value = this.kept.get(key);
    this.kept.delete(key);
    if (value !== undefined) this.discard(value);
  }
}
