/** What scripts/host/facts.sh tells of the machine: `key=value` lines, a key as often as there are values. */
export class HostFacts {
  readonly #values = new Map<string, string[]>();

  /** Lines that are none of `key=value` are passed over. */
  constructor(text: string) {
    for (const line of text.split('\n')) {
      const [, key, value] = /^([a-z][a-z0-9._-]*)=(.*)$/.exec(line) ?? [];
      if (key === undefined || value === undefined) continue;
      const values = this.#values.get(key) ?? [];
      values.push(value.trim());
      this.#values.set(key, values);
    }
  }

  /** The first value; undefined when nobody could tell. */
  find(key: string): string | undefined {
    return this.#values.get(key)?.[0];
  }

  all(key: string): readonly string[] {
    return this.#values.get(key) ?? [];
  }

  /** The first value as a number; undefined when it is none. */
  number(key: string): number | undefined {
    const text = this.find(key);
    const value = text === undefined || text === '' ? NaN : Number(text);
    return Number.isFinite(value) ? value : undefined;
  }

  /** `yes` or `no`. */
  flag(key: string): boolean | undefined {
    const text = this.find(key);
    return text === undefined ? undefined : text === 'yes';
  }
}
