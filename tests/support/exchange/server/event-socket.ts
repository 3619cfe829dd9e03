import type { FaultScript, VenueName } from '../faults/fault-script.js';
import type { WebSocketConnection } from './web-socket.js';

/** A socket over which a venue answers questions and tells of events; the fault script has its say about events only. */
export class EventSocket {
  readonly #connection: WebSocketConnection;
  readonly #faults: FaultScript;
  readonly #venue: VenueName;
  readonly #timers = new Set<NodeJS.Timeout>();
  /** Events that wait for the one after them. */
  #held: string[] = [];
  readonly #onClose: (() => void)[] = [];

  constructor(connection: WebSocketConnection, { faults, venue }: { faults: FaultScript; venue: VenueName }) {
    this.#connection = connection;
    this.#faults = faults;
    this.#venue = venue;
    connection.onClose = () => {
      for (const timer of this.#timers) clearTimeout(timer);
      for (const closed of this.#onClose) closed();
    };
  }

  get isOpen(): boolean {
    return this.#connection.isOpen;
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#connection.onText = (text) => {
      let message: unknown;
      try {
        message = JSON.parse(text);
      } catch {
        // A client that does not speak JSON is no client of these venues.
        this.close();
        return;
      }
      listener(message);
    };
  }

  onClose(listener: () => void): void {
    this.#onClose.push(listener);
  }

  /** An answer, or a heartbeat: never disturbed. */
  reply(message: unknown): void {
    this.#connection.send(JSON.stringify(message));
  }

  /** Something happened to an account. */
  event(message: unknown, { account, what }: { account: string; what: string }): void {
    const text = JSON.stringify(message);
    const fault = this.#faults.ofEvent({ venue: this.#venue, account, what });
    switch (fault?.fault) {
      case 'lost_event':
        return;
      case 'reordered_event':
        this.#held.push(text);
        return;
      case 'late_event':
        this.#later(text, fault.delayMs ?? 500);
        return;
      case 'silent_socket':
        this.silence();
        return;
      case 'closed_socket':
        this.close();
        return;
      case 'duplicate_event':
        this.#send(text);
        break;
    }
    this.#send(text);
    const held = this.#held;
    this.#held = [];
    for (const earlier of held) this.#send(earlier);
  }

  ping(): void {
    this.#connection.ping();
  }

  silence(): void {
    this.#connection.silent = true;
  }

  close(): void {
    this.#connection.close();
  }

  destroy(): void {
    this.#connection.destroy();
  }

  #send(text: string): void {
    this.#connection.send(text);
  }

  #later(text: string, delayMs: number): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#send(text);
    }, delayMs);
    this.#timers.add(timer);
  }
}
