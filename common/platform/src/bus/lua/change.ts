import { markerFunctions, publishFunction, stateFunctions } from './fragments.js';

export const changeScript = `
-- change: publishes messages and writes state from outside a handler, in one step.
-- KEYS  1 this change's own key, then one a state write, then (stream, marker base of published ids) a message
-- ARGV  1 number of state writes, 2 number of messages,
--       then (expected version, JSON or '') a state write, then (digest, id, type, traceparent, data) a message
-- RETURNS {'ok'} | {'stale', state key}
-- GUARANTEE all or nothing, and nothing when it answers with an error; sent again within five minutes with the same own key
--       it says ok again and does nothing
${markerFunctions}
${publishFunction}
${stateFunctions}
local states = tonumber(ARGV[1])
local messages = tonumber(ARGV[2])
if states > 0 then
  if redis.call('EXISTS', KEYS[1]) == 1 then return {'ok'} end
  for i = 0, states - 1 do
    if isStale(KEYS[2 + i], ARGV[3 + 2 * i]) then return {'stale', KEYS[2 + i]} end
  end
end
for i = 0, messages - 1 do
  local refusal = refusalOf(KEYS[2 + states + 2 * i])
  if refusal then return refusal end
end
if states > 0 then
  for i = 0, states - 1 do writeState(KEYS[2 + i], ARGV[3 + 2 * i], ARGV[4 + 2 * i]) end
  redis.call('SET', KEYS[1], '1', 'EX', 300)
end
local now = week()
local key = 2 + states
local arg = 3 + 2 * states
for i = 1, messages do
  publishOnce(KEYS[key], KEYS[key + 1], ARGV[arg], ARGV[arg + 1], ARGV[arg + 2], ARGV[arg + 3], ARGV[arg + 4], now)
  key = key + 2
  arg = arg + 5
end
return {'ok'}
`;
