import type { Identified } from '@octant/platform/bus/encode-message';
import { Decimal, formatDecimal, parseDecimal } from '@octant/trading/money/decimal';
import type { AdminCommand, LiveFillRow, LiveTransaction, OrderKey, VenueFillState } from '../adapters/live-store.js';
import type { Difference, FoundDifference } from '../live/difference.js';
import type { LiveAccount } from '../live/live-account.js';
import type { LiveExits } from '../live/exits/live-exits.js';
import { isOpen, type LiveIntent, type LiveOrder } from '../live/live-order.js';
import type { VenueFill } from '@octant/venue/venue';

type Books = Omit<LiveAccount, 'reservedQuote' | 'reservedQty' | 'openOrders'>;

/** What is in the tables; rows are never changed in place. */
export interface LiveTables {
  books: Books | undefined;
  orders: Map<string, LiveOrder>;
  touched: Map<string, number>;
  fills: Map<string, LiveFillRow>;
  venueFills: Map<string, { fill: VenueFill; state: VenueFillState; atMs: number }>;
  baselines: Map<string, string>;
  differences: Difference[];
  commands: Map<string, AdminCommand>;
  exits: Map<string, LiveExits>;
  outbox: Identified[];
}

export function emptyTables(): LiveTables {
  return {
    books: undefined,
    orders: new Map(),
    touched: new Map(),
    fills: new Map(),
    venueFills: new Map(),
    baselines: new Map(),
    differences: [],
    commands: new Map(),
    exits: new Map(),
    outbox: [],
  };
}

export function copyOf(tables: LiveTables): LiveTables {
  return {
    ...tables,
    orders: new Map(tables.orders),
    touched: new Map(tables.touched),
    fills: new Map(tables.fills),
    venueFills: new Map(tables.venueFills),
    baselines: new Map(tables.baselines),
    differences: [...tables.differences],
    commands: new Map(tables.commands),
    exits: new Map(tables.exits),
    outbox: [...tables.outbox],
  };
}

function booksOf({ books }: LiveTables): Books {
  if (books === undefined) throw new Error('expected an open live account, was none');
  return books;
}

export function accountOf(tables: LiveTables): LiveAccount {
  const open = [...tables.orders.values()].filter((order) => isOpen(order) && order.partOf === undefined);
  let reservedQuote = Decimal.of(0);
  const reservedQty: Record<string, string> = {};
  for (const { side, symbol, qty, filledQty, reservePrice } of open) {
    const left = parseDecimal(qty).minus(parseDecimal(filledQty));
    if (side === 'buy') reservedQuote = reservedQuote.plus(left.times(parseDecimal(reservePrice)));
    else reservedQty[symbol] = formatDecimal(left.plus(parseDecimal(reservedQty[symbol] ?? '0')));
  }
  return { ...booksOf(tables), reservedQuote: formatDecimal(reservedQuote), reservedQty, openOrders: open.length };
}

export function transactionOn(tables: LiveTables, now: () => number): LiveTransaction {
  const done = Promise.resolve();
  return {
    lockAccount: () => Promise.resolve(accountOf(tables)),
    saveBooks: ({ cashQuote, lastFillSeq, lastFillAtMs, symbol, position }) => {
      const books = booksOf(tables);
      const { [symbol]: _before, ...others } = books.positions;
      const positions = position.qty === '0' ? others : { ...others, [symbol]: position };
      tables.books = { ...books, cashQuote, lastFillSeq, lastFillAtMs, positions };
      return done;
    },
    saveHalt: (halt) => {
      tables.books = { ...booksOf(tables), halt };
      return done;
    },
    confirmLive: (by) => {
      const books = booksOf(tables);
      if (books.confirmedAtMs === undefined) tables.books = { ...books, confirmedBy: by, confirmedAtMs: now() };
      return done;
    },
    ...orderStatements(tables, now),
    ...fillStatements(tables, now),
    putBaseline: (currency, amount) => {
      tables.baselines.set(currency, amount);
      return done;
    },
    ...differenceStatements(tables, now),
    findCommand: (key) => Promise.resolve(tables.commands.get(key)),
    insertCommand: (command) => {
      if (tables.commands.has(command.key)) return Promise.reject(new Error(`expected command ${command.key} once`));
      tables.commands.set(command.key, command);
      return done;
    },
    updateCommand: (key, change) => {
      const command = tables.commands.get(key);
      if (command !== undefined) tables.commands.set(key, { ...command, ...change });
      return done;
    },
    lockExits: (symbol) => Promise.resolve(exitsOf(tables, symbol)),
    countExitOrders: (entryId) =>
      Promise.resolve([...tables.orders.values()].filter(({ exitOf }) => exitOf === entryId).length),
    putExits: (exits) => {
      tables.exits.set(exits.entryId, exits);
      return done;
    },
    dropExits: (entryId) => {
      tables.exits.delete(entryId);
      return done;
    },
    publish: (messages) => {
      tables.outbox.push(...messages);
      return done;
    },
    publishAll: (said) => {
      for (const { messages } of said) tables.outbox.push(...messages);
      return done;
    },
  };
}

/** Oldest first. */
export function exitsOf(tables: LiveTables, symbol?: string): readonly LiveExits[] {
  return [...tables.exits.values()]
    .filter((exits) => symbol === undefined || exits.symbol === symbol)
    .sort((a, b) => a.sinceMs - b.sinceMs || (a.entryId < b.entryId ? -1 : 1));
}

function orderStatements(
  tables: LiveTables,
  now: () => number,
): Pick<LiveTransaction, 'insertOrder' | 'lockOrder' | 'lockOpenOrders' | 'lockParts' | 'updateOrder'> {
  return {
    insertOrder: (intent) => {
      if (tables.orders.has(intent.orderId)) return Promise.resolve(false);
      tables.orders.set(intent.orderId, orderOf(intent, now()));
      tables.touched.set(intent.orderId, now());
      return Promise.resolve(true);
    },
    lockOrder: (key) => Promise.resolve([...tables.orders.values()].find((order) => isMeant(order, key))),
    lockOpenOrders: ({ side, sessionId, symbols }) =>
      Promise.resolve(
        [...tables.orders.values()].filter(
          (order) =>
            isOpen(order) &&
            (side === undefined || order.side === side) &&
            (sessionId === undefined || order.sessionId === sessionId) &&
            (symbols === undefined || symbols.includes(order.symbol)),
        ),
      ),
    lockParts: (orderId) => Promise.resolve([...tables.orders.values()].filter(({ partOf }) => partOf === orderId)),
    updateOrder: (orderId, patch) => {
      const order = tables.orders.get(orderId);
      if (order === undefined) return Promise.reject(new Error(`expected order ${orderId}, was none`));
      tables.orders.set(orderId, { ...order, ...patch });
      tables.touched.set(orderId, now());
      return Promise.resolve();
    },
  };
}

function isMeant(order: LiveOrder, key: OrderKey): boolean {
  if ('orderId' in key) return order.orderId === key.orderId;
  if ('clientOrderId' in key) return order.clientOrderId === key.clientOrderId;
  return order.symbol === key.symbol && order.venueOrderId === key.venueOrderId;
}

function fillStatements(
  tables: LiveTables,
  now: () => number,
): Pick<LiveTransaction, 'insertFill' | 'findVenueFill' | 'putVenueFill' | 'acceptVenueFill'> {
  return {
    insertFill: (fill) => {
      const doubled = [...tables.fills.values()].some(({ fillSeq }) => fillSeq === fill.fillSeq);
      if (tables.fills.has(fill.fillId) || doubled)
        return Promise.reject(new Error(`expected fill ${fill.fillId} once`));
      tables.fills.set(fill.fillId, fill);
      return Promise.resolve();
    },
    findVenueFill: (fill) => Promise.resolve(tables.venueFills.get(fillKey(fill))?.state),
    putVenueFill: (fill, state) => {
      const key = fillKey(fill);
      const known = tables.venueFills.get(key);
      tables.venueFills.set(key, { fill: known?.fill ?? fill, state, atMs: known?.atMs ?? now() });
      return Promise.resolve();
    },
    acceptVenueFill: (fill) => {
      const known = tables.venueFills.get(fillKey(fill));
      if (known !== undefined && known.state.state !== 'booked') {
        tables.venueFills.set(fillKey(fill), { ...known, state: { state: 'accepted', why: '' } });
      }
      return Promise.resolve();
    },
  };
}

function differenceStatements(
  tables: LiveTables,
  now: () => number,
): Pick<LiveTransaction, 'putDifferences' | 'lockDifference' | 'endDifference' | 'addRepaired'> {
  const end = (id: number, state: Difference['state'], by: string) => {
    tables.differences = tables.differences.map((difference) =>
      difference.id === id ? { ...difference, state, resolvedAtMs: now(), resolvedBy: by } : difference,
    );
  };
  const add = (found: FoundDifference, fields: Partial<Difference>): Difference => {
    const id = tables.differences.length + 1;
    const fresh: Difference = {
      ...found,
      id,
      state: 'open',
      foundAtMs: now(),
      resolvedAtMs: undefined,
      resolvedBy: undefined,
      ...fields,
    };
    tables.differences = [...tables.differences, fresh];
    return fresh;
  };
  const isSame = (a: FoundDifference) => (b: FoundDifference) => a.kind === b.kind && a.subject === b.subject;
  return {
    putDifferences: (found) => {
      const open = tables.differences.filter(({ state }) => state === 'open');
      for (const difference of open) if (!found.some(isSame(difference))) end(difference.id, 'gone', 'reconciliation');
      const fresh: Difference[] = [];
      for (const difference of found) {
        const known = open.find(isSame(difference));
        if (known === undefined) fresh.push(add(difference, {}));
        else {
          tables.differences = tables.differences.map((each) =>
            each.id === known.id ? { ...each, ...difference } : each,
          );
        }
      }
      return Promise.resolve(fresh);
    },
    lockDifference: (id) => Promise.resolve(tables.differences.find((difference) => difference.id === id)),
    endDifference: (id, { state, by }) => {
      end(id, state, by);
      return Promise.resolve();
    },
    addRepaired: (found, by) => {
      return Promise.resolve(add(found, { state: 'repaired', resolvedAtMs: now(), resolvedBy: by }));
    },
  };
}

export function fillKey({ symbol, tradeId }: Pick<VenueFill, 'symbol' | 'tradeId'>): string {
  return `${symbol} ${tradeId}`;
}

function orderOf(intent: LiveIntent, nowMs: number): LiveOrder {
  const { haltVersion: _halt, approval: _approval, exchange: _exchange, ...terms } = intent;
  return {
    ...terms,
    filledQty: '0',
    fillCount: 0,
    owner: undefined,
    leaseUntilMs: 0,
    requestsExpireAtMs: null,
    attempts: 0,
    lookUps: 0,
    dueAtMs: nowMs,
    venueOrderId: undefined,
    venueState: undefined,
    venueFilledQty: '0',
    cancelReason: undefined,
    cancelDueAtMs: undefined,
    cancelAttempts: 0,
    createdAtMs: nowMs,
  };
}
