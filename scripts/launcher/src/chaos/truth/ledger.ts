import { deriveOutputId } from '@octant/platform/bus/message-id';
import type { DeadLetter } from '@octant/platform/bus/stream-admin';
import { BOOK_GROUP, isPoison, outputStreams, rootStreams, type Root, type RootKind } from '../plan/roots.js';
import type { Occurrences, Truth } from './read-truth.js';

const MOST_LISTED = 20;

/** Figures of one kind of effect. */
export interface KindFigures {
  published: number;
  done: number;
  dead: number;
  lost: number;
  duplicateEffects: number;
}

/** First ids of each sort of offence. */
export interface Offenders {
  readonly lost: readonly string[];
  readonly duplicateEffects: readonly string[];
  /** Dead letters of messages that should have been done, or second ones of a message. */
  readonly wronglyDead: readonly string[];
  /** Poisonous messages without a dead letter. */
  readonly notDead: readonly string[];
  /** Dead letters that give another reason than the message's fate. */
  readonly otherReasons: readonly string[];
  /** Keys whose counter is not what their messages make. */
  readonly counters: readonly string[];
}

export interface Ledger {
  /** Messages, each id counted once. */
  readonly published: number;
  /** All effects of the message are there. */
  readonly done: number;
  readonly dead: number;
  /** Published, or meant to be, and neither done nor dead. */
  readonly lost: number;
  /** Effects beyond the first of each message, and effects that no message should have had. */
  readonly duplicateEffects: number;
  /** Share of the dead letters that should be there. */
  readonly dlqPrecision: number;
  /** Share of the poisonous messages that are dead letters. */
  readonly dlqRecall: number;
  readonly kinds: Readonly<Record<RootKind, KindFigures>>;
  readonly offenders: Offenders;
}

/** Sets what the servers have against what the roots ask for, id by id. */
export function makeLedger(roots: readonly Root[], truth: Truth): Ledger {
  const account = new Account(truth);
  for (const root of roots) account.enter(root);
  account.enterStrangers(roots);
  account.enterCounters(roots);
  return account.close();
}

class Account {
  readonly #truth: Truth;
  readonly #kinds: Record<RootKind, KindFigures> = { chain: noFigures(), row: noFigures(), send: noFigures() };
  readonly #offenders: Record<keyof Offenders, string[]> = {
    lost: [],
    duplicateEffects: [],
    wronglyDead: [],
    notDead: [],
    otherReasons: [],
    counters: [],
  };
  readonly #letters = new Map<string, DeadLetter[]>();
  #poisonous = 0;
  #rightLetters = 0;

  constructor(truth: Truth) {
    this.#truth = truth;
    for (const letter of truth.letters) {
      const key = `${letter.group} ${letter.messageId}`;
      this.#letters.set(key, [...(this.#letters.get(key) ?? []), letter]);
    }
  }

  enter(root: Root): void {
    const figures = this.#kinds[root.kind];
    const letters = this.#letters.get(`${rootStreams[root.kind].group} ${root.id}`) ?? [];
    const effects = this.#effectsOf(root);
    const most = isPoison(root) ? 0 : 1;
    const surplus = effects.reduce((sum, n) => sum + Math.max(0, n - most), 0);
    if (surplus > 0) this.#double(figures, root.id, surplus);
    if (isPoison(root)) this.#poisonous += 1;
    if (!isPoison(root) && effects.every((n) => n > 0)) figures.done += 1;
    else if (letters.length > 0) figures.dead += 1;
    else {
      figures.lost += 1;
      this.#offenders.lost.push(root.id);
      // What is done may be trimmed; what is not must be there.
      if (this.#truth.entries.get(root.stream)?.has(root.id) !== true) figures.published -= 1;
    }
    figures.published += 1;
    this.#judgeLetters(root, letters);
  }

  /** Effects and dead letters of ids that nobody published. */
  enterStrangers(roots: readonly Root[]): void {
    const inputs = new Set(roots.map(({ id }) => id));
    const outputs = new Set(roots.map(({ id }) => deriveOutputId(id, 0)));
    const { entries, rows, booked, sends, letters } = this.#truth;
    const strangers: readonly (readonly [RootKind, Occurrences | undefined, ReadonlySet<string>])[] = [
      ['chain', booked, outputs],
      ['row', rows, inputs],
      ['send', sends, inputs],
      ...Object.entries(outputStreams).map(
        ([kind, stream]) => [kind as RootKind, entries.get(stream), outputs] as const,
      ),
    ];
    for (const [kind, ids, known] of strangers) {
      for (const [id, n] of ids ?? []) if (!known.has(id)) this.#double(this.#kinds[kind], id, n);
    }
    for (const { group, messageId } of letters) {
      if (group === BOOK_GROUP || !inputs.has(messageId)) this.#offenders.wronglyDead.push(messageId);
    }
  }

  enterCounters(roots: readonly Root[]): void {
    const wanted = new Map<string, { count: number; sum: number }>();
    for (const root of roots) {
      if (root.kind !== 'chain' || isPoison(root)) continue;
      const { count, sum } = wanted.get(root.key) ?? { count: 0, sum: 0 };
      wanted.set(root.key, { count: count + 1, sum: sum + root.n });
    }
    for (const [key, { count, sum }] of wanted) {
      const is = this.#truth.counters.get(key) ?? { count: 0, sum: 0 };
      if (is.count === count && is.sum === sum) continue;
      this.#offenders.counters.push(`${key}: expected ${count} adding up to ${sum}, was ${is.count} and ${is.sum}`);
      this.#kinds.chain.duplicateEffects += Math.max(0, is.count - count);
    }
  }

  close(): Ledger {
    const kinds = Object.values(this.#kinds);
    const total = (of: (figures: KindFigures) => number): number => kinds.reduce((sum, each) => sum + of(each), 0);
    const { letters } = this.#truth;
    const offenders = Object.fromEntries(
      Object.entries(this.#offenders).map(([sort, ids]) => [sort, ids.slice(0, MOST_LISTED)]),
    ) as unknown as Offenders;
    return {
      published: total(({ published }) => published),
      done: total(({ done }) => done),
      dead: total(({ dead }) => dead),
      lost: total(({ lost }) => lost),
      duplicateEffects: total(({ duplicateEffects }) => duplicateEffects),
      dlqPrecision: letters.length === 0 ? 1 : this.#rightLetters / letters.length,
      dlqRecall: this.#poisonous === 0 ? 1 : this.#rightLetters / this.#poisonous,
      kinds: this.#kinds,
      offenders,
    };
  }

  /** How often each effect of the root is there. */
  #effectsOf({ id, kind }: Root): readonly number[] {
    const { entries, rows, booked, sends } = this.#truth;
    const output = deriveOutputId(id, 0);
    const outputs = entries.get(outputStreams[kind])?.get(output) ?? 0;
    switch (kind) {
      case 'chain':
        return [outputs, booked.get(output) ?? 0];
      case 'row':
        return [outputs, rows.get(id) ?? 0];
      case 'send':
        return [outputs, sends.get(id) ?? 0];
    }
  }

  #judgeLetters(root: Root, letters: readonly DeadLetter[]): void {
    const [first, ...others] = letters;
    if (isPoison(root) && first === undefined) this.#offenders.notDead.push(root.id);
    if (first === undefined) return;
    if (isPoison(root)) {
      this.#rightLetters += 1;
      if (first.reason !== reasonOf(root))
        this.#offenders.otherReasons.push(`${root.id}: ${root.fate}, ${first.reason}`);
    }
    for (const letter of isPoison(root) ? others : letters) {
      this.#offenders.wronglyDead.push(`${root.id}: ${letter.reason} (${letter.error.message})`);
    }
  }

  #double(figures: KindFigures, id: string, n: number): void {
    figures.duplicateEffects += n;
    this.#offenders.duplicateEffects.push(id);
  }
}

/** Why a poisonous message must have ended where it is. */
function reasonOf({ fate }: Root): string {
  if (fate === 'throws') return 'failures';
  return fate === 'killer' ? 'process_deaths' : 'permanent';
}

function noFigures(): KindFigures {
  return { published: 0, done: 0, dead: 0, lost: 0, duplicateEffects: 0 };
}
