export const releaseScript = `
-- release: makes entries that this consumer owns claimable by anyone at once, as if their lease had run out.
-- KEYS  1 stream
-- ARGV  1 group, 2 consumer, then entry ids
-- RETURNS how many were released
-- GUARANTEE never touches an entry of another consumer; delivery counts stay
local released = 0
for i = 3, #ARGV do
  local pending = redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[i], ARGV[i], 1)[1]
  if pending and pending[2] == ARGV[2] then
    redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, ARGV[i], 'IDLE', 3600000, 'JUSTID')
    released = released + 1
  end
end
return released
`;
