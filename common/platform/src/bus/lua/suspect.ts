import { pendingFunctions } from './fragments.js';

export const suspectScript = `
-- suspect: counts a try of an entry that may be what ends its process, before the try begins.
-- KEYS  1 stream, 2 failure records
-- ARGV  1 group, 2 consumer, 3 entry id, 4 token of this try,
--       5 'beside' others, 'alone', or 'committing' when the handler of a try alone has returned,
--       6 tries beside others that may end without a word, 7 the same alone, 8 the same while committing
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
local stage = ARGV[5]
if stage == 'committing' then
  record.alone = math.max(0, (record.alone or 0) - 1)
elseif (record.alone or 0) >= tonumber(ARGV[7]) or (record.committing or 0) >= tonumber(ARGV[8]) then
  return {'CONDEMNED'}
elseif stage == 'beside' and (record.beside or 0) >= tonumber(ARGV[6]) then
  return {'ALONE'}
end
record[stage] = (record[stage] or 0) + 1
record.try = ARGV[4]
redis.call('HSET', KEYS[2], ARGV[3], cjson.encode(record))
return {'TRY'}
`;
