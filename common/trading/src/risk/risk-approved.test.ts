import { describe, expect, it } from 'vitest';
import { approveOrder, approveReducing, findApproval, type RiskApproved } from './risk-approved.js';

const order = { requestId: 'r1', side: 'sell', qty: '1' };

describe('a risk approval', () => {
  it('is in a response that says ok and in no other', () => {
    expect(findApproval({ requestId: 'r1', ok: true, riskScore: 0.4 })).toEqual({ requestId: 'r1', riskScore: 0.4 });
    expect(findApproval({ requestId: 'r1', ok: false, riskScore: 0.4 })).toBeUndefined();
  });

  it('joins its own order and no other', () => {
    expect(approveOrder(order, { requestId: 'r1', riskScore: 0.4 })).toEqual({
      ...order,
      approval: { requestId: 'r1', riskScore: 0.4 },
    });
    expect(() => approveOrder(order, { requestId: 'r2', riskScore: 0 })).toThrow('expected the approval of request r1');
  });

  it('stands for a sell up to the position and for nothing else', () => {
    expect(approveReducing(order, '1')).toEqual({
      ...order,
      approval: { requestId: 'r1', riskScore: 0, standing: true },
    });
    expect(() => approveReducing(order, '0.9')).toThrow('up to the position of 0.9, was a sell of 1');
    expect(() => approveReducing({ ...order, side: 'buy' }, '5')).toThrow('was a buy of 1');
  });

  it('cannot be written by hand: an order that skipped the check does not compile', () => {
    const sent: string[] = [];
    const send = (approved: RiskApproved<typeof order>): number => sent.push(approved.requestId);
    send(approveReducing(order, '1'));
    // @ts-expect-error the brand is missing, whatever the approval says
    const unchecked: Parameters<typeof send> = [{ ...order, approval: { requestId: 'r1', riskScore: 0 } }];
    expect([sent, unchecked.length]).toEqual([['r1'], 1]);
  });
});
