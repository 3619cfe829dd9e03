import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { executorMetrics } from './metrics.js';

test('a symbol that was held and is not any more holds 0', async () => {
  const registry = new Registry();
  const metrics = executorMetrics(registry, 'paper');
  metrics.observePositions({ 'BTC-USD': { qty: '0.5', costQuote: '50' } });
  metrics.observePositions({});
  const position = await registry.getSingleMetric('position_local_qty')?.get();
  expect(position?.values).toEqual([{ labels: { exchange: 'paper', symbol: 'BTC-USD' }, value: 0 }]);
});

test('a symbol that was bought and sold between two looks holds 0', async () => {
  const registry = new Registry();
  const metrics = executorMetrics(registry, 'paper');
  metrics.filled('BTC-USD', true);
  metrics.observePositions({});
  const position = await registry.getSingleMetric('position_local_qty')?.get();
  expect(position?.values).toEqual([{ labels: { exchange: 'paper', symbol: 'BTC-USD' }, value: 0 }]);
});

test('every outcome of an order is counted from 0 on', async () => {
  const registry = new Registry();
  const metrics = executorMetrics(registry, 'paper');
  metrics.orderCame('rejected');
  const orders = await registry.getSingleMetric('orders_total')?.get();
  expect(Object.fromEntries(orders?.values.map(({ labels, value }) => [labels['outcome'], value]) ?? [])).toEqual({
    acknowledged: 0,
    denied: 0,
    rejected: 1,
    canceled: 0,
    expired: 0,
    filled: 0,
  });
});
