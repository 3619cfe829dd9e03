import { TransientError } from '@octant/platform/errors/errors';
import type { AgentHttpClient } from '@octant/platform/http/agent-http-client';
import { expect, test } from 'vitest';
import { deskExposure } from './desk-exposure.js';

const holdings = {
  cashQuote: '400',
  equityQuote: '1000',
  positions: [{ symbol: 'BTC-USD', qty: '6', valueQuote: '600' }],
};
const anOrder = { symbol: 'BTC-USD', side: 'buy', qty: '3', filledQty: '1', referencePrice: '100' };
const answers: Record<string, unknown> = {
  'portfolio-manager /portfolio/holdings': holdings,
  'trade-executor /trade/orders?state=open&limit=1000': {
    orders: [anOrder, { ...anOrder, side: 'sell' }, { ...anOrder, symbol: 'ETH-USD' }],
  },
  'orchestrator /pnl/status': { pnlRatio: -0.01 },
};

function agents(known: Record<string, unknown>): AgentHttpClient {
  return {
    call<Body>({ agent, path }: { agent: string; path: string }) {
      const body = known[`${agent} ${path}`];
      if (body !== undefined) return Promise.resolve({ status: 200, body: body as Body });
      return Promise.reject(new TransientError(`${agent} GET ${path}: no answer`, { code: 'unreachable' }));
    },
  };
}

const buy = { symbol: 'BTC-USD', side: 'buy', traceId: 't1' } as const;

test('a buy is measured against position, open buys and the PnL of the day', async () => {
  expect(await deskExposure(agents(answers)).ask(buy)).toEqual({
    exposure: {
      equityQuote: '1000',
      cashQuote: '400',
      positionQty: '6',
      positionQuote: '600',
      openBuyQuote: '200',
      dayPnlRatio: -0.01,
    },
  });
});

test('a sell needs the holdings only', async () => {
  const exposures = deskExposure(agents({ 'portfolio-manager /portfolio/holdings': holdings }));
  expect(await exposures.ask({ ...buy, side: 'sell' })).toMatchObject({ exposure: { positionQty: '6' } });
});

test('says who did not answer', async () => {
  const exposures = deskExposure(agents({ ...answers, 'portfolio-manager /portfolio/holdings': undefined }));
  expect(await exposures.ask(buy)).toEqual({ missing: 'portfolio-manager GET /portfolio/holdings: no answer' });
});

test('an answer in another shape counts as none', async () => {
  const exposures = deskExposure(agents({ ...answers, 'orchestrator /pnl/status': { pnlRatio: 'much' } }));
  expect(await exposures.ask(buy)).toMatchObject({ missing: expect.stringContaining('orchestrator GET /pnl/status') });
});
