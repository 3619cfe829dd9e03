/** Thrown, or the reason of the signal, when the user ended the run: exit code 130. */
export class InterruptedError extends Error {
  constructor() {
    super('interrupted');
    this.name = 'InterruptedError';
  }
}

/** The user gave something that cannot be: exit code 2. */
export class InputError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'InputError';
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Ctrl-C and its kin: the first asks for an orderly end, the second for a quick one. */
export class Interruption {
  readonly #controller = new AbortController();
  readonly #hurry: () => void;
  readonly #onSignal = (): void => {
    if (this.#controller.signal.aborted) this.#hurry();
    else this.#controller.abort(new InterruptedError());
  };

  constructor(hurry: () => void) {
    this.#hurry = hurry;
    for (const name of SIGNALS) process.on(name, this.#onSignal);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  close(): void {
    for (const name of SIGNALS) process.off(name, this.#onSignal);
  }
}
