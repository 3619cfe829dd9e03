import type { Outgoing } from '@octant/platform/bus/message';
import type { BacktestInput } from '@octant/trading/backtest/run-backtest';
import { candleSteps, type CandleStep } from '@octant/trading/backtest/candle-steps';
import { fillIdOf } from '@octant/trading/exchange/order-id';
import { fillRulesOf } from '@octant/trading/exchange/fill-rules';
import { matchCandles } from '@octant/trading/exchange/match-candles';
import { decideSubmit, type PaperOutcome } from '@octant/trading/exchange/paper-exchange';
import type { RestingExits } from '@octant/trading/exchange/resting-exits';
import { toCandle } from '@octant/trading/market/candle';
import { getInstrument, instrumentsOf } from '@octant/trading/market/instrument';
import { exitPlanMessageOf, type ExitPlanMessage } from '@octant/trading/messages/exit-plan-message';
import type { ExecOrder } from '@octant/trading/messages/execution';
import type { AnalyzeCommand, OrchestratorCommand } from '@octant/trading/messages/orchestrator-commands';
import type { RiskRequest } from '@octant/trading/messages/risk';
import { sizingViewOf } from '@octant/trading/portfolio/exposure';
import { applyFill, openLedger, type Ledger } from '@octant/trading/portfolio/ledger';
import { decideSize } from '@octant/trading/portfolio/size-order';
import { decideRisk } from '@octant/trading/risk/decide-risk';
import { riskPolicyOf } from '@octant/trading/risk/risk-policy';
import { parametersOf, strategyOf } from '@octant/trading/strategies/registry';
import type { StrategySignal } from '@octant/trading/strategies/strategy';
import type { AgentsPort, SizeQuestion } from '../adapters/agents-port.js';

const STAMP = { ts: '2024-01-01T00:00:00.000Z', traceId: 'a'.repeat(32) };

/** Analyst, portfolio, risk and executor as plain functions over one account: what the real ones do, without wires. */
export class MemoryAgents implements AgentsPort {
  readonly #input: BacktestInput;
  readonly #steps: readonly CandleStep[];
  readonly #signals = new Map<string, StrategySignal>();
  readonly #answers = new Map<string, readonly Outgoing[]>();
  #next = 0;
  #ledger: Ledger;
  #orders: ExecOrder[] = [];
  #exits: readonly RestingExits<ExecOrder>[] = [];
  #halted = false;

  constructor(input: BacktestInput) {
    this.#input = input;
    this.#steps = [...candleSteps(input.series, input.timeframe)];
    this.#ledger = openLedger(input.startEquityQuote, this.#steps[0]?.openTimeMs ?? 0);
    const parameters = parametersOf(input.strategy);
    const runs = input.series.map(() => strategyOf(input.strategy).start(parameters));
    for (const step of this.#steps) {
      for (const { index, symbol, candle } of step.candles) {
        const signal = runs[index]?.onCandle(toCandle(candle));
        if (signal !== undefined) this.#signals.set(`${symbol}.${String(step.closeTimeMs)}`, signal);
      }
    }
  }

  /** What the other agents have in their outboxes. */
  outbox(): readonly Outgoing[] {
    return [...this.#answers.values()].flat().filter(({ stream }) => stream.startsWith('exec.'));
  }

  /** What the other agents publish because of a message of the orchestrator; the same when it comes again. */
  answer(message: Outgoing, sessionId: string): readonly Outgoing[] {
    const id = message.id ?? '';
    const known = this.#answers.get(id);
    const answers = known ?? this.#answer(message, sessionId);
    if (known === undefined && answers.length > 0) this.#answers.set(id, answers);
    return answers;
  }

  #answer(message: Outgoing, sessionId: string): readonly Outgoing[] {
    if (message.stream === 'exec.orders') return this.#take(message.payload as ExecOrder);
    if (message.stream === 'risk.requests') return [this.#respond(message.payload as RiskRequest)];
    if (message.stream !== 'orchestrator.commands') return [];
    const command = message.payload as OrchestratorCommand;
    if (command.type === 'watch' || command.type === 'advance') return this.#feed(sessionId);
    if (command.type === 'analyze') return this.#progress(command);
    if (command.type === 'halt' || command.type === 'unhalt') return this.#halt(command);
    return [];
  }

  size(question: SizeQuestion): Promise<{ qty: string; reason: string }> {
    if (question.asOf > this.#ledger.lastFillSeq) throw new Error('the portfolio is behind');
    const { symbol, side, confidence, price, openOrders } = question;
    const { risk, markets, portfolio, executor, strategy } = this.#input;
    return Promise.resolve(
      decideSize({
        symbol,
        side,
        confidence,
        price,
        openOrders,
        ledger: sizingViewOf(this.#ledger, symbol),
        instrument: getInstrument(instrumentsOf(markets), symbol),
        limits: riskPolicyOf(risk),
        riskProfile: strategy.risk_profile,
        cashBufferRatio: portfolio.sizing.cash_buffer_pct / 100,
        feesBps: fillRulesOf(executor.paper).takerFeesBps,
      }),
    );
  }

  analyze(command: AnalyzeCommand) {
    const signal = this.#signals.get(`${command.symbol}.${String(command.closeTimeMs)}`);
    return Promise.resolve(
      signal === undefined
        ? { signal: 'none' as const }
        : { signal: signal.side, confidence: signal.confidence, ...exitsOf(signal) },
    );
  }

  evaluateRisk(request: RiskRequest) {
    const decision = decideRisk({ ...request, halted: this.#halted }, riskPolicyOf(this.#input.risk));
    const { ok, riskScore } = decision;
    return Promise.resolve(
      decision.ok ? { ok, riskScore } : { ok, riskScore, code: decision.code, reason: decision.reason },
    );
  }

  submit(order: ExecOrder) {
    const { status } = this.#submit(order);
    return Promise.resolve({ status });
  }

  #feed(sessionId: string): readonly Outgoing[] {
    const step = this.#steps[this.#next];
    this.#next += 1;
    if (step === undefined) return [];
    const { openTimeMs, closeTimeMs } = step;
    const shared = { source: 'replay', sessionId, timeframe: this.#input.timeframe, closeTimeMs, ...STAMP };
    const candles: Outgoing = {
      stream: 'market.candles',
      type: 'candles',
      id: `candles:${String(openTimeMs)}`,
      payload: {
        ...shared,
        type: 'candles',
        closed: true,
        openTimeMs,
        simulated: true,
        last: this.#next === this.#steps.length,
        candles: step.candles.map(({ symbol, candle }) => ({ symbol, ...candle })),
      },
    };
    const statuses = this.#fill(step);
    const progress: Outgoing = {
      stream: 'exec.progress',
      type: 'candles',
      id: `progress:${String(openTimeMs)}`,
      payload: {
        ...shared,
        type: 'candles',
        lastFillSeq: this.#ledger.lastFillSeq,
        resting: this.#orders.map(({ orderId }) => orderId),
      },
    };
    return [candles, ...statuses, progress];
  }

  #fill(step: CandleStep): readonly Outgoing[] {
    const { cashQuote: cash, positions } = this.#ledger;
    const known = this.#orders;
    const { outcomes, book } = matchCandles(
      { cash, positions, orders: this.#orders, exits: this.#exits },
      {
        candles: Object.fromEntries(step.candles.map(({ symbol, candle, before }) => [symbol, { ...candle, before }])),
        timeframe: this.#input.timeframe,
        closed: true,
      },
      { instruments: instrumentsOf(this.#input.markets), rules: fillRulesOf(this.#input.executor.paper) },
    );
    const entries = [...known, ...this.#exits.map(({ entry }) => entry)];
    this.#orders = [...book.orders];
    this.#exits = book.exits;
    return outcomes.flatMap((outcome) => this.#statusOf(outcome, entries));
  }

  #statusOf(outcome: PaperOutcome, entries: readonly ExecOrder[]): readonly Outgoing[] {
    const entry = entries.find(({ orderId }) => orderId === (outcome.exit?.entryId ?? outcome.orderId));
    if (entry === undefined) return [];
    const { orderId, side } = outcome;
    const order = { ...entry, orderId, side };
    if (outcome.type !== 'fill') return [statusOf(order, { status: 'rejected', state: outcome.type })];
    const { price, feeQuote, profit, atMs, qty, fillNumber, filledQty, complete } = outcome;
    const fillSeq = this.#ledger.lastFillSeq + 1;
    this.#ledger = applyFill(this.#ledger, { ...outcome, fillSeq }).ledger;
    const fill = {
      fillId: fillIdOf(orderId, fillNumber),
      fillSeq,
      fillNumber,
      filledQty,
      price,
      feeQuote,
      profit,
      atMs,
      qty,
    };
    return [
      statusOf(
        order,
        complete
          ? { status: 'filled', state: 'filled', ...fill }
          : { status: 'pending', state: 'partially_filled', ...fill },
      ),
    ];
  }

  #take(order: ExecOrder): readonly Outgoing[] {
    const { status, state } = this.#submit(order);
    return [statusOf(order, { status, state })];
  }

  #submit(order: ExecOrder): { status: 'pending' | 'rejected'; state: string } {
    const decision = decideSubmit(order, {
      instrument: getInstrument(instrumentsOf(this.#input.markets), order.symbol),
      positionQty: this.#ledger.positions[order.symbol]?.qty ?? '0',
      halted: this.#halted,
    });
    if (decision.state === 'denied') return { status: 'rejected', state: 'denied' };
    if (!this.#orders.some(({ orderId }) => orderId === order.orderId)) this.#orders.push(order);
    return { status: 'pending', state: 'acknowledged' };
  }

  #respond(request: RiskRequest): Outgoing {
    const decision = decideRisk({ ...request, halted: this.#halted }, riskPolicyOf(this.#input.risk));
    const { ok, riskScore } = decision;
    const { requestId } = request;
    return {
      stream: 'risk.responses',
      type: 'response',
      id: `response:${requestId}`,
      payload: { requestId, ok, riskScore, ...(decision.ok ? {} : { code: decision.code }), ...STAMP },
    };
  }

  #progress(command: AnalyzeCommand): readonly Outgoing[] {
    const { requestId, sessionId, symbol, closeTimeMs, strategy } = command;
    const shared = { requestId, sessionId, symbol, closeTimeMs, strategy, ...STAMP };
    const signal = this.#signals.get(`${symbol}.${String(closeTimeMs)}`);
    const progress = { ...shared, signal: signal?.side ?? 'none' };
    const messages: Outgoing[] = [
      { stream: 'analysis.progress', type: 'progress', id: `p:${requestId}`, payload: progress },
    ];
    if (signal !== undefined) {
      const { side, confidence } = signal;
      const payload = { ...shared, side, confidence, price: '1', ...exitsOf(signal) };
      messages.push({ stream: 'analysis.signals', type: 'signal', id: `s:${requestId}`, payload });
    }
    return messages;
  }

  #halt(command: Extract<OrchestratorCommand, { haltVersion: number }>): readonly Outgoing[] {
    this.#halted = command.type === 'halt';
    const { haltVersion } = command;
    const resting = this.#halted ? this.#orders.filter((order) => order.side === 'buy') : [];
    this.#orders = this.#orders.filter((order) => !resting.includes(order));
    return [
      ...resting.map((order) => statusOf(order, { status: 'rejected', state: 'canceled' })),
      {
        stream: 'exec.progress',
        type: 'halt',
        id: `halt:${String(haltVersion)}`,
        payload: { type: 'halt', haltVersion, ...STAMP },
      },
    ];
  }
}

function exitsOf({ exits }: StrategySignal): { exits?: ExitPlanMessage } {
  return exits === undefined ? {} : { exits: exitPlanMessageOf(exits) };
}

function statusOf(order: ExecOrder, fields: Readonly<Record<string, unknown>>): Outgoing {
  const { orderId, symbol, side, qty, requestId, sessionId } = order;
  return {
    stream: 'exec.status',
    type: 'status',
    id: `status:${'fillId' in fields ? String(fields['fillId']) : orderId}:${String(fields['state'])}`,
    payload: {
      orderId,
      symbol,
      side,
      qty,
      orderQty: qty,
      requestId,
      sessionId,
      exchange: 'paper',
      simulated: true,
      ...STAMP,
      ...fields,
    },
  };
}
