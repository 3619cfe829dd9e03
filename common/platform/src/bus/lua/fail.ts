import { answerFunctions, markerFunctions, pendingFunctions } from './fragments.js';

export const failScript = `
-- fail: notes a failed attempt; the entry parks for a retry, or goes to the dead-letter stream.
-- KEYS  1 stream, 2 marker base of done ids, 3 failure records, 4 retries, 5 suppressed counters, 6 dead-letter stream,
--       7 marker base of the stream's published ids
-- ARGV  1 group, 2 consumer, 3 entry id, 4 digest of the message id, 5 attempt token,
--       6 'permanent' | 'transient' | 'counted' | 'deaths', 7 counted failures allowed, 8 longest transient time in ms,
--       9 delay of the retry in ms, 10 counter field, then (field, value) pairs of the dead letter
-- RETURNS {'PARKED', counted, transient} | {'DLQ', dead-letter entry id, reason} | {'DUP'} | {'FENCED'} | {'GONE'}
-- GUARANTEE a parked entry stays pending under its id; a dead letter is written exactly when the entry is acknowledged;
--       an attempt sent again is not counted twice; a message that is done is never dead-lettered
${markerFunctions}
${pendingFunctions}
${answerFunctions}
local pending = findPending(KEYS[1], ARGV[1], ARGV[3])
if not pending then return {'GONE'} end
if pending[2] ~= ARGV[2] then return {'FENCED'} end
local now = week()
local first = findMarker(KEYS[7], ARGV[4], now)
if answerOf(KEYS[1], ARGV[1], ARGV[3], first, findMarker(KEYS[2], ARGV[4], now)) == 'done' then
  redis.call('HINCRBY', KEYS[5], ARGV[10], 1)
  settle(KEYS[1], ARGV[1], ARGV[3], KEYS[3], KEYS[4])
  return {'DUP'}
end
local time = redis.call('TIME')
local nowMs = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local kept = redis.call('HGET', KEYS[3], ARGV[3])
local record = kept and cjson.decode(kept) or {counted = 0, transient = 0, firstMs = nowMs, attempt = ''}
if record.attempt ~= ARGV[5] then
  record.attempt = ARGV[5]
  if ARGV[6] == 'transient' then
    record.transient = record.transient + 1
  elseif ARGV[6] ~= 'deaths' then
    record.counted = record.counted + 1
  end
end
local reason = false
if ARGV[6] == 'permanent' then reason = 'permanent'
elseif ARGV[6] == 'deaths' then reason = 'process_deaths'
elseif ARGV[6] == 'counted' and record.counted >= tonumber(ARGV[7]) then reason = 'failures'
elseif ARGV[6] == 'transient' and nowMs - record.firstMs >= tonumber(ARGV[8]) then reason = 'transient_too_long' end
if not reason then
  record.alone, record.beside, record.committing = nil, nil, nil
  redis.call('HSET', KEYS[3], ARGV[3], cjson.encode(record))
  redis.call('ZADD', KEYS[4], string.format('%.0f', nowMs + tonumber(ARGV[9])), ARGV[3])
  return {'PARKED', record.counted, record.transient}
end
local letter = {'XADD', KEYS[6], '*'}
for i = 11, #ARGV do letter[#letter + 1] = ARGV[i] end
local facts = {
  'reason', reason,
  'failures', string.format('%.0f', record.counted + record.transient + (record.alone or 0) + (record.committing or 0)),
  'firstFailedAtMs', string.format('%.0f', record.firstMs),
  'lastFailedAtMs', string.format('%.0f', nowMs),
}
for i = 1, #facts do letter[#letter + 1] = facts[i] end
local entry = redis.call(unpack(letter))
setMarkers(KEYS[2], {ARGV[4], '!'}, now)
settle(KEYS[1], ARGV[1], ARGV[3], KEYS[3], KEYS[4])
return {'DLQ', entry, reason}
`;
