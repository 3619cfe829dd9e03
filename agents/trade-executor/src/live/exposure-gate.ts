/** Why no exposure may be added; each part of the machine keeps its own reasons. */
export type GatePart = 'interlock' | 'clock' | 'markets' | 'key' | 'reconciliation';

/** Stands for every symbol that has no reason of its own. */
export const ALL_SYMBOLS = '*';

/**
 * Whether orders may add exposure. Everything is closed until it was found in order, so that a process that has just
 * started, or that cannot ask the venue, only reduces.
 */
export class ExposureGate {
  readonly #reasons = new Map<GatePart, ReadonlyMap<string, string>>();

  constructor(parts: readonly GatePart[] = ['interlock', 'clock', 'markets', 'key', 'reconciliation']) {
    for (const part of parts) this.close(part, `${part} was not looked at since the start`);
  }

  /** Closes a part for all symbols. */
  close(part: GatePart, reason: string): void {
    this.set(part, new Map([[ALL_SYMBOLS, reason]]));
  }

  open(part: GatePart): void {
    this.set(part, new Map());
  }

  /** Reasons by symbol; `ALL_SYMBOLS` concerns all. */
  set(part: GatePart, reasons: ReadonlyMap<string, string>): void {
    this.#reasons.set(part, reasons);
  }

  /** Whether a part was found in order, for all symbols. */
  isOpen(part: GatePart): boolean {
    return this.#reasons.get(part)?.size === 0;
  }

  /** Why the symbol may only reduce; undefined when it may add exposure. */
  refusal(symbol: string): string | undefined {
    for (const [part, reasons] of this.#reasons) {
      const reason = reasons.get(ALL_SYMBOLS) ?? reasons.get(symbol);
      if (reason !== undefined) return `${part}: ${reason}`;
    }
    return undefined;
  }

  /** Why no symbol may add exposure; undefined when some may. */
  closedForAll(): string | undefined {
    return this.refusal(ALL_SYMBOLS);
  }
}
