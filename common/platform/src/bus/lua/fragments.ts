/**
 * Lua functions that several scripts share; each script's text begins with those it needs.
 *
 * Markers: `base:<week>` is a hash from a message id's digest to a short value. A marker is written to the current
 * week's hash and looked for in the current and the two before it, so a repeat finds it for 14 days at least; a hash
 * expires 14 days after its week. Time is Redis' own, so agents' clocks play no part.
 */
export const markerFunctions = `
local function week()
  return math.floor(tonumber(redis.call('TIME')[1]) / 604800)
end
local function findMarker(base, digest, now)
  for w = now, now - 2, -1 do
    local value = redis.call('HGET', base .. ':' .. w, digest)
    if value then return value end
  end
  return false
end
local function setMarker(base, digest, value, now)
  local key = base .. ':' .. now
  redis.call('HSET', key, digest, value)
  if redis.call('HLEN', key) == 1 then
    redis.call('EXPIREAT', key, (now + 1) * 604800 + 1209600)
  end
end
`;

/** Adds one message unless its id was published before; returns the first entry's id and whether it was a repeat. */
export const publishFunction = `
local function publishOnce(stream, base, digest, id, kind, traceparent, data, now)
  local first = findMarker(base, digest, now)
  if first then return first, 1 end
  local entry = redis.call('XADD', stream, '*',
    'data', data, 'id', id, 'type', kind, 'v', '1', 'traceparent', traceparent)
  setMarker(base, digest, entry, now)
  return entry, 0
end
`;

/** Versioned state: a hash with \`v\` (version) and \`d\` (JSON). An empty new value deletes the key. */
export const stateFunctions = `
local function findStale(firstKey, firstArg, count)
  for i = 0, count - 1 do
    local version = redis.call('HGET', KEYS[firstKey + i], 'v') or '0'
    if version ~= ARGV[firstArg + 2 * i] then return KEYS[firstKey + i] end
  end
  return false
end
local function writeState(firstKey, firstArg, count)
  for i = 0, count - 1 do
    local value = ARGV[firstArg + 2 * i + 1]
    if value == '' then
      redis.call('DEL', KEYS[firstKey + i])
    else
      local version = string.format('%.0f', tonumber(ARGV[firstArg + 2 * i]) + 1)
      redis.call('HSET', KEYS[firstKey + i], 'v', version, 'd', value)
    end
  end
end
`;

/** Owner of a pending entry: \`{entry id, consumer, idle ms, deliveries}\`, or nil when it is not pending. */
export const pendingFunctions = `
local function findPending(stream, group, entry)
  return redis.call('XPENDING', stream, group, entry, entry, 1)[1]
end
local function settle(stream, group, entry, failures, retries)
  redis.call('XACK', stream, group, entry)
  redis.call('HDEL', failures, entry)
  redis.call('ZREM', retries, entry)
end
`;
