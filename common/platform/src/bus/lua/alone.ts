import { pendingFunctions } from './fragments.js';

export const aloneScript = `
-- alone: counts a try of an entry that is suspected of ending its process, before it is tried with nothing beside it.
-- KEYS  1 stream, 2 failure records
-- ARGV  1 group, 2 consumer, 3 entry id, 4 token of this try, 5 tries alone that may end without a word
-- RETURNS {'TRY'} | {'CONDEMNED'} | {'FENCED'} | {'GONE'}
-- GUARANTEE a try sent again is not counted twice; the count is forgotten when a try comes to an end, whatever end
${pendingFunctions}
local pending = findPending(KEYS[1], ARGV[1], ARGV[3])
if not pending then return {'GONE'} end
if pending[2] ~= ARGV[2] then return {'FENCED'} end
local time = redis.call('TIME')
local nowMs = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local kept = redis.call('HGET', KEYS[2], ARGV[3])
local record = kept and cjson.decode(kept) or {counted = 0, transient = 0, firstMs = nowMs, attempt = ''}
if record.aloneTry ~= ARGV[4] then
  if (record.alone or 0) >= tonumber(ARGV[5]) then return {'CONDEMNED'} end
  record.alone = (record.alone or 0) + 1
  record.aloneTry = ARGV[4]
  redis.call('HSET', KEYS[2], ARGV[3], cjson.encode(record))
end
return {'TRY'}
`;
