import { markerFunctions, pendingFunctions, publishFunction, stateFunctions } from './fragments.js';

export const commitScript = `
-- commit: the effect of one handled entry and its acknowledgement in one step.
-- KEYS  1 stream, 2 marker base of done ids, 3 failure records, 4 retries, 5 suppressed counters,
--       then one a state write, then (stream, marker base of published ids) an output
-- ARGV  1 group, 2 consumer, 3 entry id, 4 digest of the message id, 5 token of this commit, 6 number of state writes,
--       7 number of outputs, 8 counter field, 9 '1' when the effect's store had answered a repeat,
--       then (expected version, JSON or '') a state write, then (digest, id, type, traceparent, data) an output
-- RETURNS {'OK'} | {'DUP'} | {'FENCED'} | {'GONE'} | {'STALE', state key}
-- GUARANTEE state, outputs, done marker and acknowledgement happen together or not at all, once per message id and group;
--       sent again with the same token after a lost reply it says OK again and does nothing
${markerFunctions}
${publishFunction}
${stateFunctions}
${pendingFunctions}
local now = week()
local pending = findPending(KEYS[1], ARGV[1], ARGV[3])
local done = findMarker(KEYS[2], ARGV[4], now)
if not pending then
  return {done == ARGV[5] and 'OK' or 'GONE'}
end
if pending[2] ~= ARGV[2] then return {'FENCED'} end
if done then
  redis.call('HINCRBY', KEYS[5], ARGV[8], 1)
  settle(KEYS[1], ARGV[1], ARGV[3], KEYS[3], KEYS[4])
  return {'DUP'}
end
local states = tonumber(ARGV[6])
local outputs = tonumber(ARGV[7])
local stale = findStale(6, 10, states)
if stale then return {'STALE', stale} end
writeState(6, 10, states)
setMarker(KEYS[2], ARGV[4], ARGV[5], now)
local key = 6 + states
local arg = 10 + 2 * states
for i = 1, outputs do
  publishOnce(KEYS[key], KEYS[key + 1], ARGV[arg], ARGV[arg + 1], ARGV[arg + 2], ARGV[arg + 3], ARGV[arg + 4], now)
  key = key + 2
  arg = arg + 5
end
if ARGV[9] == '1' then redis.call('HINCRBY', KEYS[5], ARGV[8], 1) end
settle(KEYS[1], ARGV[1], ARGV[3], KEYS[3], KEYS[4])
return {'OK'}
`;
