export const buryScript = `
-- bury: removes consumers that are long gone.
-- KEYS  1 stream
-- ARGV  1 group, 2 consumer to keep, 3 least idle time in ms
-- RETURNS how many were removed
-- GUARANTEE a consumer with a pending entry stays, since removing it would lose the entry
local removed = 0
for _, flat in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local consumer = {}
  for i = 1, #flat, 2 do consumer[flat[i]] = flat[i + 1] end
  if consumer['pending'] == 0 and consumer['idle'] >= tonumber(ARGV[3]) and consumer['name'] ~= ARGV[2] then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], consumer['name'])
    removed = removed + 1
  end
end
return removed
`;
