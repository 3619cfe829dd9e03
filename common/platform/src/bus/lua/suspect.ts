import { pendingFunctions } from './fragments.js';

export const suspectScript = `
-- suspect: counts a try of an entry that may be what ends its process, before the try begins.
-- KEYS  1 stream, 2 failure records
-- ARGV  1 group, 2 consumer, 3 entry id, 4 token of this try, 5 '1' when nothing else runs beside it,
--       6 tries beside others that may end without a word, 7 the same for tries alone
-- RETURNS {'TRY'} | {'ALONE'} when it must be tried alone | {'CONDEMNED'} | {'FENCED'} | {'GONE'}
-- GUARANTEE a try sent again is not counted twice; the counts are forgotten when a try comes to an end, whatever end
${pendingFunctions}
local pending = findPending(KEYS[1], ARGV[1], ARGV[3])
if not pending then return {'GONE'} end
if pending[2] ~= ARGV[2] then return {'FENCED'} end
local time = redis.call('TIME')
local nowMs = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local kept = redis.call('HGET', KEYS[2], ARGV[3])
local record = kept and cjson.decode(kept) or {counted = 0, transient = 0, firstMs = nowMs, attempt = ''}
if record.try == ARGV[4] then return {'TRY'} end
if (record.alone or 0) >= tonumber(ARGV[7]) then return {'CONDEMNED'} end
local kind = ARGV[5] == '1' and 'alone' or 'beside'
if kind == 'beside' and (record.beside or 0) >= tonumber(ARGV[6]) then return {'ALONE'} end
record[kind] = (record[kind] or 0) + 1
record.try = ARGV[4]
redis.call('HSET', KEYS[2], ARGV[3], cjson.encode(record))
return {'TRY'}
`;
