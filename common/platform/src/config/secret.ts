import { inspect } from 'node:util';

/** What stands in logs, JSON and text for a secret. */
export const redacted = '[redacted]';

/** A secret's value that cannot be printed, logged or put into JSON by accident: only `reveal()` gives it. */
export class Secret {
  readonly #value: string;
  constructor(value: string) {
    this.#value = value;
  }
  reveal(): string {
    return this.#value;
  }
  toString(): string {
    return redacted;
  }
  toJSON(): string {
    return redacted;
  }
  [inspect.custom](): string {
    return redacted;
  }
}
