export const beatScript = `
-- beat: extends the leases of entries that this consumer still owns.
-- KEYS  1 stream
-- ARGV  1 group, 2 consumer, then entry ids
-- RETURNS the ids that it no longer owns
-- GUARANTEE never takes an entry from another consumer; delivery counts stay
local lost = {}
for i = 3, #ARGV do
  local pending = redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[i], ARGV[i], 1)[1]
  if pending and pending[2] == ARGV[2] then
    redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, ARGV[i], 'JUSTID')
  else
    lost[#lost + 1] = ARGV[i]
  end
end
return lost
`;
