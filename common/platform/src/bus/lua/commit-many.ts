import { answerFunctions, markerFunctions, pendingFunctions, publishFunction, stateFunctions } from './fragments.js';

export const commitManyScript = `
-- commitMany: the effects of handled entries of one group and their acknowledgement, in one step.
-- KEYS  1 answers, 2 suppressed counters,
--       then a section: stream, marker bases of its published and its done ids, failure records, retries,
--       then an output stream: stream, marker base of published ids; then one a state write, in the order of the entries
-- ARGV  1 group, 2 consumer, 3 token of this batch, 4 slot of the answer, 5 number of sections, 6 number of output streams,
--       7 number of channels, then a channel: number of its output stream, type;
--       then a section: counter field, number of entries, and an entry: '<digest of the message id><letter><entry id>
--       <state writes> <outputs>' with the letter r when the effect's store had answered a repeat, p to only acknowledge,
--       n otherwise; (expected version, JSON or '') a state write, ('<digest><trace id><channel> <id>', data) an output.
--       The entries of a section ascend.
-- RETURNS one letter an entry: O done now, D done before, F another consumer's, G not pending, S stale state,
--       B another entry of the message is in flight
-- GUARANTEE state, outputs, markers and acknowledgement of an entry happen together or not at all, once per message id and
--       group; sent again with the same token after a lost reply it answers the same and does nothing; when it answers with
--       an error nothing was done
${markerFunctions}
${publishFunction}
${stateFunctions}
${pendingFunctions}
${answerFunctions}
local group, consumer, token = ARGV[1], ARGV[2], ARGV[3]
local kept = redis.call('HGET', KEYS[1], ARGV[4])
if kept and string.sub(kept, 1, #token + 1) == token .. ' ' then return string.sub(kept, #token + 2) end
local time = redis.call('TIME')
local nowSeconds = tonumber(time[1])
local now = math.floor(nowSeconds / 604800)
local sections, outStreams = tonumber(ARGV[5]), tonumber(ARGV[6])
local firstOut = 3 + 5 * sections
local stateKey = firstOut + 2 * outStreams
local channels = {}
for c = 0, tonumber(ARGV[7]) - 1 do channels[c] = {stream = tonumber(ARGV[8 + 2 * c]), kind = ARGV[9 + 2 * c]} end
local arg = 8 + 2 * tonumber(ARGV[7])

local function ownedBetween(stream, first, last, count)
  local owned = {}
  local rows = redis.call('XPENDING', stream, group, first, last, count + 200, consumer)
  for i = 1, #rows do owned[rows[i][1]] = true end
  return owned
end
for i = 0, outStreams - 1 do
  local refusal = refusalOf(KEYS[firstOut + 2 * i])
  if refusal then return refusal end
end

-- Everything is looked at before anything is written.
local letters, plans = {}, {}
local written, finished = {}, {}
local outputs = {}
for i = 0, outStreams - 1 do outputs[i] = {digests = {}} end
for s = 0, sections - 1 do
  local k = 3 + 5 * s
  local plan = {key = k, counter = ARGV[arg], ids = {}, markers = {}, suppressed = 0, states = {}}
  local count = tonumber(ARGV[arg + 1])
  arg = arg + 2
  local entries, digests = {}, {}
  for e = 1, count do
    local letter, id, states, outs = string.match(ARGV[arg], '^(%a)(%S+) (%d+) (%d+)$', 25)
    states, outs = tonumber(states), tonumber(outs)
    local digest = string.sub(ARGV[arg], 1, 24)
    entries[e] = {id = id, digest = digest, passed = letter == 'p', repeated = letter == 'r',
      states = states, outs = outs, arg = arg + 1, key = stateKey}
    digests[e] = digest
    arg = arg + 1 + 2 * states + 2 * outs
    stateKey = stateKey + states
  end
  local owned = ownedBetween(KEYS[k], entries[1].id, entries[count].id, count)
  local firsts = findMarkers(KEYS[k + 1], digests, now)
  local dones = findMarkers(KEYS[k + 2], digests, now)
  for e = 1, count do
    local entry = entries[e]
    local letter = 'O'
    if not owned[entry.id] then
      local pending = findPending(KEYS[k], group, entry.id)
      if not pending then letter = 'G' elseif pending[2] ~= consumer then letter = 'F' end
    end
    local first = firsts[e]
    if letter == 'O' and not entry.passed then
      local place = k .. entry.digest
      local answer = finished[place] and 'done' or answerOf(KEYS[k], group, entry.id, first, dones[e])
      if answer == 'done' then letter = 'D' elseif answer == 'busy' then letter = 'B' end
      if letter == 'O' then
        for i = 0, entry.states - 1 do
          local key = KEYS[entry.key + i]
          if written[key] or isStale(key, ARGV[entry.arg + 2 * i]) then letter = 'S' end
        end
      end
      if letter == 'O' then finished[place] = true end
    end
    if letter == 'O' or letter == 'D' then plan.ids[#plan.ids + 1] = entry.id end
    if letter == 'D' or (letter == 'O' and entry.repeated) then plan.suppressed = plan.suppressed + 1 end
    if letter == 'O' and not entry.passed then
      if dones[e] or first ~= entry.id or nowSeconds - tonumber(string.match(entry.id, '^(%d+)')) / 1000 > 86400 then
        plan.markers[#plan.markers + 1] = entry.digest
        plan.markers[#plan.markers + 1] = token
      end
      for i = 0, entry.states - 1 do
        written[KEYS[entry.key + i]] = true
        plan.states[#plan.states + 1] = {entry.key + i, entry.arg + 2 * i}
      end
      local at = entry.arg + 2 * entry.states
      for _ = 1, entry.outs do
        local number, id = string.match(ARGV[at], '^(%d+) (.*)$', 57)
        local channel = channels[tonumber(number)]
        local list = outputs[channel.stream]
        list.digests[#list.digests + 1] = string.sub(ARGV[at], 1, 24)
        list[#list + 1] = {id = id, kind = channel.kind, arg = at}
        at = at + 2
      end
    end
    letters[#letters + 1] = letter
  end
  plans[#plans + 1] = plan
end
local answer = table.concat(letters)

for _, plan in ipairs(plans) do
  for _, write in ipairs(plan.states) do writeState(KEYS[write[1]], ARGV[write[2]], ARGV[write[2] + 1]) end
end
for i = 0, outStreams - 1 do
  local list = outputs[i]
  if #list > 0 then
    local stream, base = KEYS[firstOut + 2 * i], KEYS[firstOut + 2 * i + 1]
    local known = findMarkers(base, list.digests, now)
    local markers, added = {}, {}
    for o, out in ipairs(list) do
      local digest, head = list.digests[o], ARGV[out.arg]
      if not known[o] and not added[digest] then
        added[digest] = true
        local traceparent = '00-' .. string.sub(head, 25, 56) .. '-' .. string.sub(digest, 1, 16) .. '-01'
        markers[#markers + 1] = digest
        markers[#markers + 1] = addEntry(stream, out.id, out.kind, traceparent, ARGV[out.arg + 1])
      end
    end
    if #markers > 0 then setMarkers(base, markers, now) end
  end
end
for _, plan in ipairs(plans) do
  local k = plan.key
  if #plan.markers > 0 then setMarkers(KEYS[k + 2], plan.markers, now) end
  if plan.suppressed > 0 then redis.call('HINCRBY', KEYS[2], plan.counter, plan.suppressed) end
  if #plan.ids > 0 then
    redis.call('XACK', KEYS[k], group, unpack(plan.ids))
    if redis.call('EXISTS', KEYS[k + 3], KEYS[k + 4]) > 0 then
      redis.call('HDEL', KEYS[k + 3], unpack(plan.ids))
      redis.call('ZREM', KEYS[k + 4], unpack(plan.ids))
    end
  end
end
if redis.call('HSET', KEYS[1], ARGV[4], token .. ' ' .. answer) == 1 then redis.call('EXPIRE', KEYS[1], 2592000) end
return answer
`;
