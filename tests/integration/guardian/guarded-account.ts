import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Secret } from '@octant/platform/config/secret';
import { systemClock } from '@octant/platform/time/system-clock';
import { openCcxtVenue } from '@octant/venue/open-ccxt-venue';
import type { Venue } from '@octant/venue/venue';
import { venueClientOrderId } from '@octant/venue/venue-client-order-id';
import { pino } from 'pino';
import type { VenueName } from '../../support/exchange/faults/fault-script.js';
import { ExchangeSimulator } from '../../support/exchange/server/exchange-simulator.js';
import type { VenueControl } from '../../support/exchange/server/venue-control.js';
import { freePort } from '../../support/agent-desk.js';
import { DeskUsers } from '../../support/desk-users.js';
import { freshDesk, type FreshDesk } from '../../support/test-servers.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const GIVE_UP_MS = 60_000;

export const AFTER_MS = 3_000;
export const SYMBOLS = { binance: ['BTC-USDT', 'ETH-USDT'], kraken: ['BTC-USDT', 'ETH-USDT'] } as const;
export const PRICES = ['50000', '2500'] as const;

export interface GuardedOptions {
  readonly flatten?: boolean;
  readonly mayWithdraw?: boolean;
  readonly deadManMs?: number;
}

/** An account with resting orders and holdings at a simulated venue, an executor that beats, and a guardian's processes. */
export class GuardedAccount {
  readonly venue: VenueName;
  readonly servers: FreshDesk;
  readonly control: VenueControl;
  /** Where who starts from then on finds Redis, instead of where it is. */
  redisUrl: string | undefined;
  readonly #users: DeskUsers;
  readonly #simulator: ExchangeSimulator;
  readonly #desk: Venue;
  readonly #folder = mkdtempSync(join(tmpdir(), 'octant-guardian-'));
  readonly #env: Record<string, string>;
  readonly #children: ChildProcess[] = [];
  #said = '';
  #orders = 0;
  #executorPort = 0;
  #guardianUrl = '';

  private constructor(parts: {
    venue: VenueName;
    servers: FreshDesk;
    users: DeskUsers;
    simulator: ExchangeSimulator;
    desk: Venue;
    env: Record<string, string>;
  }) {
    this.venue = parts.venue;
    this.servers = parts.servers;
    this.#users = parts.users;
    this.#simulator = parts.simulator;
    this.control = parts.simulator.venue(parts.venue);
    this.#desk = parts.desk;
    this.#env = parts.env;
  }

  static async open(venue: VenueName, options: GuardedOptions = {}): Promise<GuardedAccount> {
    const servers = freshDesk(`guardian_${venue}`);
    const users = await DeskUsers.createInRedis(servers);
    const simulator = await ExchangeSimulator.open({ seed: 7, venues: [venue], limits: 'off' });
    const control = simulator.venue(venue);
    SYMBOLS[venue].forEach((symbol, index) => {
      const [base = '', quote = ''] = symbol.split('-');
      control.setPrice(symbol, PRICES[index] ?? '1');
      control.deposit('desk', base, index === 0 ? '0.12345678' : '2');
      if (index === 0) control.deposit('desk', quote, '100000');
    });
    const own = control.openKey({ account: 'desk' });
    const desk = await openCcxtVenue({
      keys: { apiKey: new Secret(own.apiKey), secret: new Secret(own.secret) },
      ...{ id: venue, apiUrl: simulator.url, clock: systemClock, logger: pino({ level: 'silent' }) },
    });
    const { mayWithdraw = false } = options;
    const key = control.openKey({ account: 'desk', name: 'guardian', mayWithdraw });
    const env = {
      GUARDIAN_API_KEY: key.apiKey,
      GUARDIAN_API_SECRET: key.secret,
      [`${venue.toUpperCase()}_API_URL`]: simulator.url,
    };
    const account = new GuardedAccount({ venue, servers, users, simulator, desk, env });
    account.#writeConfig(options);
    account.#executorPort = await freePort();
    return account;
  }

  /** Two buys and a sell that rest. */
  async restOrders(): Promise<void> {
    const orders = [
      [0, 'buy', '0.01', '40000'],
      [1, 'buy', '1', '2000'],
      [1, 'sell', '0.5', '3000'],
    ] as const;
    for (const [index, side, qty, price] of orders) {
      const placed = await this.#desk.place({
        ...{ clientOrderId: (this.#orders += 1).toString(16).padStart(32, '0') },
        ...{ symbol: SYMBOLS[this.venue][index], side, qty },
        kind: { type: 'limit', price, timeInForce: 'gtc', postOnly: false },
      });
      if (placed.outcome !== 'accepted') throw new Error(`expected a resting order, was ${JSON.stringify(placed)}`);
    }
  }

  /** The stop of a position that the executor has bought. */
  async restExit(): Promise<void> {
    const placed = await this.#desk.place({
      ...{ clientOrderId: venueClientOrderId(this.venue, 's1.ETH.1.0.stop'), symbol: SYMBOLS[this.venue][1] },
      ...{ side: 'sell', qty: '1', kind: { type: 'stop_loss', stopPrice: '2000' } },
    });
    if (placed.outcome !== 'accepted') throw new Error(`expected a resting stop, was ${JSON.stringify(placed)}`);
  }

  openCount(): number {
    return this.control.ledger('desk').orders.filter(({ status }) => status === 'new' || status === 'partially_filled')
      .length;
  }

  guardianSells() {
    return this.control
      .ledger('desk')
      .orders.filter(({ type }) => type === 'market')
      .map(({ symbol, side, qty, filledQty }) => ({ symbol, side, qty, filledQty }));
  }

  /** Beats from then on. */
  async startExecutor(): Promise<ChildProcess> {
    const script = fileURLToPath(new URL('./beating-process.js', import.meta.url));
    const child = this.#spawn('trade-executor', [script, this.venue, String(this.#executorPort)]);
    if (child.stdout !== null) await once(child.stdout, 'data');
    return child;
  }

  async startGuardian(): Promise<ChildProcess> {
    this.#said = '';
    const child = this.#spawn('guardian', [join(root, 'guardian', 'dist', 'main.js')]);
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.#said += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#said += text));
    await this.until('the guardian listens', () => this.#said.includes('HTTP at'));
    this.#guardianUrl = /HTTP at (http:[^"]+)"/.exec(this.#said)?.[1] ?? '';
    return child;
  }

  get said(): string {
    return this.#said;
  }

  async status(): Promise<Record<string, unknown>> {
    return (await (await fetch(`${this.#guardianUrl}/guardian/status`)).json()) as Record<string, unknown>;
  }

  async untilPhase(phase: string): Promise<Record<string, unknown>> {
    let status: Record<string, unknown> = {};
    await this.until(`the guardian is ${phase}`, async () => {
      status = await this.status();
      return status['phase'] === phase;
    });
    return status;
  }

  async until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
    const endMs = Date.now() + GIVE_UP_MS;
    while (!(await isSo())) {
      if (Date.now() > endMs) throw new Error(`expected that ${what}, was not:\n${this.#said}`);
      await systemClock.sleep(50);
    }
  }

  async notices(): Promise<string[]> {
    const rows = await this.servers.redis.xrange(`${this.servers.prefix}notify.events`, '-', '+');
    return rows
      .map(([, fields]) => fields[fields.indexOf('id') + 1] ?? '')
      .map((id) => id.slice(id.lastIndexOf(':') + 1));
  }

  async kill(child: ChildProcess): Promise<void> {
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  async close(): Promise<void> {
    for (const child of this.#children)
      if (child.exitCode === null && child.signalCode === null) await this.kill(child);
    await this.#desk.close();
    await this.#simulator.close();
    try {
      await this.#users.close([this.#said]);
    } finally {
      await this.servers.drop();
      rmSync(this.#folder, { recursive: true, force: true });
    }
  }

  #spawn(agent: string, args: readonly string[]): ChildProcess {
    const child = spawn(process.execPath, args, {
      env: {
        ...{ PATH: process.env['PATH'], PORT: '0', OPENAPI_VALIDATE_RESPONSES: 'true', ...this.#env },
        ...{ REDIS_URL: this.redisUrl ?? this.#users.urlsOf(agent).redisUrl, OCTANT_REDIS_PREFIX: this.servers.prefix },
        TRADE_EXECUTOR_URL: `http://127.0.0.1:${String(this.#executorPort)}`,
        ...{ CONFIG_DIR: join(this.#folder, 'config'), OPENAPI_DIR: join(root, 'openapi') },
        GUARDIAN_STATE_FILE: join(this.#folder, 'state.json'),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#children.push(child);
    return child;
  }

  #writeConfig({ flatten = false, deadManMs = 0 }: GuardedOptions): void {
    const folder = join(this.#folder, 'config', 'agents');
    mkdirSync(folder, { recursive: true });
    const quote = SYMBOLS[this.venue][0].split('-')[1] ?? '';
    writeFileSync(join(folder, 'trade-executor.yaml'), `exchange: ${this.venue}\nlive: { quote_currency: ${quote} }\n`);
    writeFileSync(
      join(folder, 'guardian.yaml'),
      `after_ms: ${String(AFTER_MS)}\ncalm_ms: 1500\nflatten: ${String(flatten)}\ndead_man_ms: ${String(deadManMs)}\n`,
    );
  }
}
