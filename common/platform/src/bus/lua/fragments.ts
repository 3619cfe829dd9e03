/**
 * Lua functions that several scripts share; each script's text begins with those it needs.
 *
 * Markers: `base:<week>` is a hash from a message id's digest to a short value. A marker is written to the current
 * week's hash and looked for in the current and the two before it, so a repeat finds it for 14 days at least; a hash
 * expires 15 days after its week (housekeeping removes it before that, without stalling Redis). Time is Redis' own, so
 * agents' clocks play no part.
 */
export const markerFunctions = `
local function week()
  return math.floor(tonumber(redis.call('TIME')[1]) / 604800)
end
local function olderMarkers(base, now)
  local older = {}
  for w = now - 1, now - 2, -1 do
    local key = base .. ':' .. w
    if redis.call('EXISTS', key) == 1 then older[#older + 1] = key end
  end
  return older
end
local function findMarkers(base, digests, now)
  local found = {}
  for from = 1, #digests, 1000 do
    local page = redis.call('HMGET', base .. ':' .. now, unpack(digests, from, math.min(from + 999, #digests)))
    if #digests <= 1000 then found = page else for i = 1, #page do found[from + i - 1] = page[i] end end
  end
  local older = olderMarkers(base, now)
  if #older == 0 then return found end
  for i = 1, #digests do
    for j = 1, #older do
      if found[i] then break end
      found[i] = redis.call('HGET', older[j], digests[i])
    end
  end
  return found
end
local function findMarker(base, digest, now)
  return findMarkers(base, {digest}, now)[1]
end
local function setMarkers(base, pairs, now)
  local key = base .. ':' .. now
  local fresh = redis.call('EXISTS', key) == 0
  for from = 1, #pairs, 2000 do
    redis.call('HSET', key, unpack(pairs, from, math.min(from + 1999, #pairs)))
  end
  if fresh then redis.call('EXPIREAT', key, (now + 1) * 604800 + 1296000) end
end
`;

/** Adds one message unless its id was published before; returns the first entry's id and whether it was a repeat. */
export const publishFunction = `
local function refusalOf(key)
  local kind = redis.call('TYPE', key).ok
  if kind == 'stream' or kind == 'none' then return nil end
  return redis.error_reply('WRONGTYPE expected a stream at ' .. key .. ', was a ' .. kind)
end
local function addEntry(stream, id, kind, traceparent, data)
  return redis.call('XADD', stream, '*',
    'data', data, 'id', id, 'type', kind, 'v', '1', 'traceparent', traceparent)
end
local function publishOnce(stream, base, digest, id, kind, traceparent, data, now)
  local first = findMarker(base, digest, now)
  if first then return first, 1 end
  local entry = addEntry(stream, id, kind, traceparent, data)
  setMarkers(base, {digest, entry}, now)
  return entry, 0
end
`;

/** Versioned state: a hash with \`v\` (version) and \`d\` (JSON). An empty new value deletes the key. */
export const stateFunctions = `
local function isStale(key, version)
  return (redis.call('HGET', key, 'v') or '0') ~= version
end
local function writeState(key, version, value)
  if value == '' then
    redis.call('DEL', key)
  else
    redis.call('HSET', key, 'v', string.format('%.0f', tonumber(version) + 1), 'd', value)
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

/**
 * What is known of a message in a group, by its id: 'new', 'done', or 'busy' while another entry of it is undelivered or
 * pending. The entry that publishing made of it is known by the publisher's marker and needs no marker of its own: while it
 * is pending it is not done, afterwards it is, unless an entry of the message was dead-lettered ('!' in the done markers).
 * Only entries that came otherwise (added by hand, requeued), those of such messages and those older than a day leave a done
 * marker.
 */
export const answerFunctions = `
local function isBefore(a, b)
  local ams, aseq = string.match(a, '^(%d+)-(%d+)$')
  local bms, bseq = string.match(b, '^(%d+)-(%d+)$')
  if #ams ~= #bms then return #ams < #bms end
  if ams ~= bms then return ams < bms end
  return tonumber(aseq) < tonumber(bseq)
end
local function lastDelivered(stream, group)
  for _, flat in ipairs(redis.call('XINFO', 'GROUPS', stream)) do
    local facts = {}
    for i = 1, #flat, 2 do facts[flat[i]] = flat[i + 1] end
    if facts['name'] == group then return facts['last-delivered-id'] end
  end
  return '0-0'
end
local function answerOf(stream, group, entry, first, done)
  if done and done ~= '!' then return 'done' end
  if done or not first or first == entry then return 'new' end
  if redis.call('XPENDING', stream, group, first, first, 1)[1] then return 'busy' end
  if isBefore(lastDelivered(stream, group), first) then return 'busy' end
  return 'done'
end
`;
