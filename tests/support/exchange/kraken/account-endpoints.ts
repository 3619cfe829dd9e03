import { fixedPlaces } from '../server/fixed-places.js';
import type { KrakenEndpoint, PrivateCall } from './kraken-call.js';
import { assetId } from './kraken-names.js';
import { COST_PLACES } from './order-info.js';

export const accountEndpoints: Readonly<Record<string, KrakenEndpoint>> = {
  Balance: { kind: 'balances', cost: 1, security: 'read', answer: balance },
  BalanceEx: { kind: 'balances', cost: 1, security: 'read', answer: balanceEx },
  GetApiKeyInfo: { kind: 'rights', cost: 1, security: 'read', answer: keyInfo },
  GetWebSocketsToken: { kind: 'token', cost: 1, security: 'read', answer: token },
};

function balance({ engine, key }: PrivateCall): unknown {
  const balances = engine.records.account(key.account).balances();
  return Object.fromEntries(
    [...balances].map(([asset, { free, locked }]) => [assetId(asset), fixedPlaces(free.plus(locked), COST_PLACES)]),
  );
}

function balanceEx({ engine, key }: PrivateCall): unknown {
  const balances = engine.records.account(key.account).balances();
  return Object.fromEntries(
    [...balances].map(([asset, { free, locked }]) => [
      assetId(asset),
      { balance: fixedPlaces(free.plus(locked), COST_PLACES), hold_trade: fixedPlaces(locked, COST_PLACES) },
    ]),
  );
}

function keyInfo({ key, keys, nowMs }: PrivateCall): unknown {
  const permissions = ['query-funds', 'query-open-trades', 'query-closed-trades', 'query-ledger', 'create-ws-token'];
  if (key.mayTrade) permissions.push('modify-trades', 'close-trades');
  if (key.mayWithdraw) permissions.push('withdraw-funds');
  return {
    ...{ apiKeyName: key.account, apiKey: key.key, nonce: keys.lastNonceOf(key.key), nonceWindow: 0, permissions },
    ...{ iban: 'AA00 SIMU LATE DDES', validUntil: '0', queryFrom: '0', queryTo: '0' },
    ...{ createdTime: '1700000000', modifiedTime: '1700000000', ipAllowlist: [] },
    lastUsed: String(Math.floor(nowMs / 1000)),
  };
}

function token({ keys, key, timerNow }: PrivateCall): unknown {
  return keys.openToken(key.account, timerNow);
}
