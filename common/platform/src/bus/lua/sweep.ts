export const sweepScript = `
-- sweep: takes over pending entries that have been idle for long enough, with what is known of their failures.
-- KEYS  1 stream, 2 failure records, 3 retries
-- ARGV  1 group, 2 consumer that takes over, 3 least idle time in ms, 4 entries to look at, 5 first id of the range
--       ('-' or '(<id>'), 6 only entries of this consumer ('' = of anyone)
-- RETURNS {last id looked at or '', entries that no longer exist, {{entry id, fields, deliveries, due ms or '',
--       failure record or ''}, ...}}
-- GUARANTEE whoever owned an entry before can no longer commit it; a due time that an entry was parked for is kept;
--       pending ids without an entry (trimmed by somebody else's hand) are acknowledged and counted
local seen = {'XPENDING', KEYS[1], ARGV[1], 'IDLE', ARGV[3], ARGV[5], '+', ARGV[4]}
if ARGV[6] ~= '' then seen[#seen + 1] = ARGV[6] end
local pending = redis.call(unpack(seen))
local taken = {}
local missing = 0
local last = ''
for _, p in ipairs(pending) do
  last = p[1]
  local claimed = redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], ARGV[3], p[1])[1]
  if claimed and claimed[2] then
    taken[#taken + 1] = {p[1], claimed[2], p[4] + 1,
      redis.call('ZSCORE', KEYS[3], p[1]) or '', redis.call('HGET', KEYS[2], p[1]) or ''}
  else
    missing = missing + 1
    redis.call('XACK', KEYS[1], ARGV[1], p[1])
    redis.call('HDEL', KEYS[2], p[1])
    redis.call('ZREM', KEYS[3], p[1])
  end
end
return {last, missing, taken}
`;
