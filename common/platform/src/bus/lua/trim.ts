export const trimScript = `
-- trim: drops the entries of a stream that every group is done with.
-- KEYS  1 stream, 2 its dead-letter stream
-- ARGV  1 youngest age in ms of a dropped entry, 2 the same for dead letters, then groups that must exist
-- RETURNS {entries dropped, dead letters dropped}
-- GUARANTEE nothing undelivered or pending of any group is dropped, and nothing at all while a group is missing
local time = redis.call('TIME')
local nowMs = tonumber(time[1]) * 1000
local letters = redis.call('XTRIM', KEYS[2], 'MINID', '~', string.format('%.0f', nowMs - tonumber(ARGV[2])))
if redis.call('EXISTS', KEYS[1]) == 0 then return {0, letters} end
local function parts(id)
  local ms, seq = string.match(id, '^(%d+)-(%d+)$')
  return tonumber(ms), tonumber(seq)
end
local floorMs, floorSeq = nowMs - tonumber(ARGV[1]), 0
local found = {}
local groups = redis.call('XINFO', 'GROUPS', KEYS[1])
for _, flat in ipairs(groups) do
  local group = {}
  for i = 1, #flat, 2 do group[flat[i]] = flat[i + 1] end
  found[group['name']] = true
  local needed = group['last-delivered-id']
  if group['pending'] > 0 then needed = redis.call('XPENDING', KEYS[1], group['name'])[2] end
  local ms, seq = parts(needed)
  if ms < floorMs or (ms == floorMs and seq < floorSeq) then floorMs, floorSeq = ms, seq end
end
if #groups == 0 then return {0, letters} end
for i = 3, #ARGV do
  if not found[ARGV[i]] then return {0, letters} end
end
local minId = string.format('%.0f-%.0f', floorMs, floorSeq)
return {redis.call('XTRIM', KEYS[1], 'MINID', '~', minId), letters}
`;
