const MOST_TAGS = 50_000;

/**
 * The number of each tag's last invalidation, as far as this process knows. Bounded: of the tags that were forgotten
 * it is only known that their numbers are at most the floor.
 */
export class TagNumbers {
  readonly #numbers = new Map<string, number>();
  readonly #limit: number;
  #floor = 0;

  constructor(limit: number = MOST_TAGS) {
    this.#limit = limit;
  }

  /** Forgets all tags; what was validated before `floor` counts as invalidated. */
  reset(floor: number): void {
    this.#numbers.clear();
    this.#floor = floor;
  }

  record(tags: Iterable<string>, number: number): void {
    for (const tag of tags) {
      const last = Math.max(number, this.#numbers.get(tag) ?? 0);
      this.#numbers.delete(tag);
      this.#numbers.set(tag, last);
    }
    this.#forgetOldest();
  }

  /** Whether none of `tags` was invalidated after `number`. */
  unchangedSince(tags: readonly string[], number: number): boolean {
    if (number < this.#floor) return false;
    return tags.every((tag) => (this.#numbers.get(tag) ?? 0) <= number);
  }

  #forgetOldest(): void {
    for (const [tag, number] of this.#numbers) {
      if (this.#numbers.size <= this.#limit) return;
      this.#numbers.delete(tag);
      this.#floor = Math.max(this.#floor, number);
    }
  }
}
