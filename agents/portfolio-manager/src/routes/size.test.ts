import type { Operation } from '@octant/platform/http/operation';
import { describe, expect, test } from 'vitest';
import { bookFills } from '../book/books.js';
import { aDesk, aRequest, type DeskUnderTest } from '../testing/a-desk.js';
import { aBookedFill } from '../testing/ledger-store-contract.js';
import { sizeRoutes } from './size.js';

const question = { symbol: 'BTC/USDT', side: 'buy', confidence: 1, price: '100', asOf: 0, strategy: 'bold' };

async function size(desk: DeskUnderTest, fields: Record<string, unknown> = {}): Promise<unknown> {
  const operation = sizeRoutes(desk)['sizeOrder'] as Operation;
  return (await operation(aRequest({ ...question, ...fields }))).body;
}

function book(desk: DeskUnderTest): void {
  const { ledger } = desk.books.peek();
  desk.books.replace({ revision: 1, ledger: bookFills(ledger, aBookedFill(), []), waiting: 0 });
}

describe('POST /portfolio/size', () => {
  test('a buy is worth the profile share of the smaller limit, scaled by confidence', async () => {
    const desk = await aDesk();
    expect(await size(desk)).toEqual({ qty: '4', reason: 'sized', lastFillSeq: 0 });
    expect(await size(desk, { confidence: 0.5 })).toMatchObject({ qty: '2' });
    expect(await size(desk, { strategy: undefined })).toMatchObject({ qty: '1' });
  });

  test('a sell is the whole position less what open sells have claimed', async () => {
    const desk = await aDesk();
    book(desk);
    expect(await size(desk, { side: 'sell', asOf: 1 })).toEqual({ qty: '1', reason: 'sized', lastFillSeq: 1 });
    const openOrders = [{ symbol: 'BTCUSDT', side: 'sell', qty: '1', price: '100' }];
    expect(await size(desk, { side: 'sell', asOf: 1, openOrders })).toMatchObject({ qty: '0', reason: 'no_position' });
  });

  test('a question with an id gets its first answer again, whatever has been filled since', async () => {
    const desk = await aDesk();
    const sell = { side: 'sell', asOf: 0, requestId: 's1.BTC-USDT.1' };
    const first = await size(desk, sell);
    book(desk);
    expect(await size(desk, sell)).toEqual(first);
    expect(await size(desk, { ...sell, requestId: undefined })).toMatchObject({ qty: '1', lastFillSeq: 1 });
  });

  test('waits a moment for the fill it must know, then says that it is behind', async () => {
    const desk = await aDesk();
    const late = size(desk, { side: 'sell', asOf: 1 });
    book(desk);
    expect(await late).toMatchObject({ qty: '1' });
    const never = expect(size(desk, { asOf: 2 })).rejects.toMatchObject({ code: 'behind', status: 409 });
    await Promise.resolve();
    await desk.clock.advance(25);
    await never;
  });

  test.each([
    ['a strategy that is not configured', { strategy: 'x' }, 'unknown_strategy'],
    ['a symbol that is not listed', { symbol: 'DOGE-USDT' }, 'unknown_symbol'],
    ['a price of nothing', { price: '0' }, 'bad_price'],
  ])('%s is refused', async (_what, fields, code) => {
    await expect(size(await aDesk(), fields)).rejects.toMatchObject({ code, status: 400 });
  });
});
