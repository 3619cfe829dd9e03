/** Reads a budget's level, refilled up to now, into `tokens`, `now` and `closed`; both scripts begin with it. */
export const budgetLevel = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + tonumber(time[2]) / 1000
local capacity = tonumber(ARGV[1])
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at', 'closed')
local tokens = tonumber(kept[1]) or capacity / 2
local elapsed = math.max(0, now - (tonumber(kept[2]) or now))
tokens = math.min(capacity, tokens + elapsed * capacity / 60000)
local closed = tonumber(kept[3]) or 0
`;

/** Writes the level back; nobody needs it ten minutes after its last use or its closing. */
export const keepLevel = `
redis.call('HSET', KEYS[1], 'tokens', string.format('%.9f', tokens), 'at', string.format('%.3f', now), 'closed', string.format('%.3f', closed))
redis.call('PEXPIRE', KEYS[1], 600000 + math.ceil(math.max(0, closed - now)))
`;
