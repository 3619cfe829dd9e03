export const readScript = `
-- read: a versioned state, and whether Redis still has what the agent keeps there.
-- KEYS  1 state, 2 the agent's kept mark
-- RETURNS {version or nil, JSON or nil, 1 when the mark is there}
-- GUARANTEE an absent state is told from one that was lost with everything else
local state = redis.call('HMGET', KEYS[1], 'v', 'd')
return {state[1], state[2], redis.call('EXISTS', KEYS[2])}
`;
