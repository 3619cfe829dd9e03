import { expect, it } from 'vitest';
import { datasourceConfig } from '../config/datasource-config.js';
import { venueBudgetsOf } from './venue-budgets.js';

it('data sources of one venue share its budgets, orders apart from requests', () => {
  const rate_limits = { orders_per_minute: 30, weight_per_minute: 600 };
  const source = datasourceConfig.parse({ exchange: 'kraken', symbols: ['BTC/USD'], rate_limits });
  expect(venueBudgetsOf(source)).toEqual({
    requests: { name: 'kraken', perMinute: 600 },
    orders: { name: 'kraken.orders', perMinute: 30 },
  });
});
