import { z } from 'zod';
import type { MatchingEngine } from '../core/matching-engine.js';
import { isOpen, type EngineEvent } from '../core/sim-order.js';
import type { EventSocket } from '../server/event-socket.js';
import type { VenueClock } from '../server/venue-clock.js';
import { executionsOf, openExecution, tradeExecution } from './executions.js';
import type { KrakenKeys } from './kraken-keys.js';

const HEARTBEAT_MS = 1000;
/** Trades that a snapshot has. */
const SNAPSHOT_TRADES = 50;

const questionSchema = z.object({
  method: z.string(),
  req_id: z.number().optional(),
  params: z
    .object({
      channel: z.string().optional(),
      token: z.string().optional(),
      snap_orders: z.boolean().optional(),
      snap_trades: z.boolean().optional(),
    })
    .loose()
    .optional(),
});
type Question = z.infer<typeof questionSchema>;

interface Subscription {
  readonly socket: EventSocket;
  readonly channel: 'executions' | 'balances';
  readonly account: string;
  sequence: number;
}

/** The second version of Kraken's sockets: executions and balances of an account. */
export class KrakenSockets {
  readonly #engine: MatchingEngine;
  readonly #keys: KrakenKeys;
  readonly #clock: VenueClock;
  readonly #subscriptions = new Set<Subscription>();
  #lastHeartbeat = 0;

  constructor(engine: MatchingEngine, { keys, clock }: { keys: KrakenKeys; clock: VenueClock }) {
    this.#engine = engine;
    this.#keys = keys;
    this.#clock = clock;
    engine.records.listen((event) => this.#tell(event));
  }

  get size(): number {
    return this.#subscriptions.size;
  }

  open(socket: EventSocket): void {
    const status = { api_version: 'v2', connection_id: 1, system: 'online', version: '2.0.0' };
    socket.reply({ channel: 'status', type: 'update', data: [status] });
    socket.onMessage((message) => {
      const question = questionSchema.safeParse(message);
      if (question.success) this.#answer(socket, question.data);
      else socket.reply({ error: 'EGeneral:Invalid arguments', success: false });
    });
    socket.onClose(() => {
      for (const each of this.#subscriptions) if (each.socket === socket) this.#subscriptions.delete(each);
    });
  }

  beat(): void {
    const now = this.#clock.timerNow();
    if (now - this.#lastHeartbeat < HEARTBEAT_MS) return;
    this.#lastHeartbeat = now;
    const sockets = new Set([...this.#subscriptions].map(({ socket }) => socket));
    for (const socket of sockets) socket.reply({ channel: 'heartbeat' });
  }

  #answer(socket: EventSocket, { method, req_id, params = {} }: Question): void {
    const times = { time_in: this.#timestamp(), time_out: this.#timestamp() };
    const shared = { method, ...(req_id === undefined ? {} : { req_id }), ...times };
    if (method === 'ping') {
      socket.reply({ ...shared, method: 'pong' });
      return;
    }
    const { channel, token } = params;
    if (method !== 'subscribe') {
      socket.reply({
        ...shared,
        success: false,
        error: `EGeneral:Invalid arguments:method ${method} is not simulated`,
      });
    } else if (channel === 'executions' || channel === 'balances') {
      const account = this.#keys.accountOfToken(token ?? '', this.#clock.timerNow());
      if (account === undefined) {
        socket.reply({ ...shared, success: false, error: 'ESession:Invalid session' });
        return;
      }
      socket.reply({ ...shared, success: true, result: { channel, snapshot: true } });
      const subscription: Subscription = { socket, channel, account, sequence: 0 };
      this.#subscriptions.add(subscription);
      this.#snapshot(subscription, params);
    } else {
      // Public channels take subscriptions, and have nothing to say.
      socket.reply({ ...shared, success: true, result: { channel } });
    }
  }

  #snapshot(
    subscription: Subscription,
    { snap_orders = true, snap_trades = false }: NonNullable<Question['params']>,
  ): void {
    const { socket, channel, account } = subscription;
    const { records } = this.#engine;
    const send = (data: readonly unknown[]) => {
      subscription.sequence += 1;
      socket.reply({ channel, type: 'snapshot', data, sequence: subscription.sequence });
    };
    if (channel === 'balances') {
      send([...records.account(account).balances().keys()].map((asset) => this.#balanceOf(account, asset)));
      return;
    }
    const open = records.ordersOf(account).filter(isOpen);
    if (snap_orders) send(open.map((order) => openExecution(order, new Date(order.createdAtMs).toISOString())));
    if (!snap_trades) return;
    const fills = records.fillsOf(account).slice(-SNAPSHOT_TRADES);
    const trades = fills.flatMap((fill) => {
      const order = records.findOrder(account, fill.orderId);
      return order === undefined ? [] : [tradeExecution(order, fill)];
    });
    if (trades.length > 0) send(trades);
  }

  #tell(event: EngineEvent): void {
    for (const subscription of this.#subscriptions) {
      if (subscription.account !== event.order.account) continue;
      if (subscription.channel === 'balances') this.#tellBalances(subscription, event);
      else for (const execution of executionsOf(event)) this.#update(subscription, [execution], event);
    }
  }

  #tellBalances(subscription: Subscription, event: EngineEvent): void {
    if (event.fill === undefined) return;
    const { base, quote } = this.#engine.getBook(event.order.spec.symbol).market;
    const data = [base, quote].map((asset) => ({ ...this.#balanceOf(event.order.account, asset), type: 'trade' }));
    subscription.sequence += 1;
    const { socket, channel, sequence } = subscription;
    socket.reply({ channel, type: 'update', data, sequence });
  }

  #update(subscription: Subscription, data: readonly unknown[], { change, order }: EngineEvent): void {
    subscription.sequence += 1;
    const { socket, channel, account, sequence } = subscription;
    socket.event({ channel, type: 'update', data, sequence }, { account, what: `${change} of ${order.id}` });
  }

  #balanceOf(account: string, asset: string) {
    const { free, locked } = this.#engine.records.account(account).balanceOf(asset);
    const balance = free.plus(locked).toNumber();
    return { asset, asset_class: 'currency', balance, wallets: [{ type: 'spot', id: 'main', balance }] };
  }

  #timestamp(): string {
    return new Date(this.#clock.now()).toISOString();
  }
}
