export const keepScript = `
-- keep: declares that what an agent keeps in Redis is whole again.
-- KEYS  1 the agent's kept mark, 2 mark of this rebuild
-- ARGV  1 token of this rebuild, 2 time now in ms
-- RETURNS 1 | 0; 0 = Redis was emptied since the rebuild began
-- GUARANTEE the kept mark is never set for a rebuild that was itself lost
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[2])
redis.call('SET', KEYS[1], ARGV[2])
return 1
`;
