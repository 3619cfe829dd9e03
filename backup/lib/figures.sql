-- What a restored desk must show to the last digit, one figure a line: money as numbers that people know, then for every
-- table its rows and a sum over the digests of all of them, whatever their order.
SET TIME ZONE 'UTC';
SET DateStyle = 'ISO';
SET IntervalStyle = 'postgres';
SET extra_float_digits = 1;
SET bytea_output = 'hex';

SELECT format('SELECT %L, symbol, qty, cost_quote FROM %I.holdings ORDER BY symbol', nspname || ' holding', nspname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE relname = 'holdings' AND relkind = 'r' ORDER BY nspname \gexec

SELECT format('SELECT %L, revision, ledger FROM %I.portfolio_ledger', nspname || ' ledger', nspname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE relname = 'portfolio_ledger' AND relkind = 'r' ORDER BY nspname \gexec

SELECT format('SELECT %L, revision, start_equity_quote, cash_quote, last_fill_seq, halted FROM %I.paper_account', nspname || ' account', nspname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE relname = 'paper_account' AND relkind = 'r' ORDER BY nspname \gexec

SELECT format('SELECT %L, symbol, qty, cost_quote FROM %I.paper_positions ORDER BY symbol', nspname || ' position', nspname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE relname = 'paper_positions' AND relkind = 'r' ORDER BY nspname \gexec

SELECT format('SELECT %L, count(*), sum(qty * price), sum(fee_quote), sum(profit) FROM %I.fills', nspname || ' fills', nspname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE relname = 'fills' AND relkind = 'r' ORDER BY nspname \gexec

SELECT format('SELECT %L, state, count(*), sum(qty), sum(filled_qty) FROM %I.orders GROUP BY state ORDER BY state', nspname || ' orders', nspname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE relname = 'orders' AND relkind = 'r' ORDER BY nspname \gexec

SELECT format('SELECT %L, day, start_equity_quote, end_equity_quote, pnl_quote, realized_quote, fees_quote, halted FROM %I.pnl_days ORDER BY day', nspname || ' PnL', nspname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE relname = 'pnl_days' AND relkind = 'r' ORDER BY nspname \gexec

SELECT format('SELECT %L, at_ms, equity_quote FROM %I.equity_points ORDER BY at_ms DESC LIMIT 1', nspname || ' equity', nspname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE relname = 'equity_points' AND relkind = 'r' ORDER BY nspname \gexec

SELECT format('SELECT %L, count(*), coalesce(sum((''x'' || substr(md5(t::text), 1, 16))::bit(64)::bigint::numeric), 0) FROM %I.%I t',
  'rows of ' || nspname || '.' || relname, nspname, relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE relkind IN ('r', 'm') AND nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema'
ORDER BY nspname, relname \gexec
