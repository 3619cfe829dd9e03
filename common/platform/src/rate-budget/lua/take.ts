import { budgetLevel, keepLevel } from './budget-level.js';

export const takeScript = `
-- take: takes weight out of a budget, or says how long it will not be there.
-- KEYS  1 hash of the budget: tokens, at (ms of the server's clock), closed (ms until which nothing is given)
-- ARGV  1 capacity (tokens, refilled within a minute), 2 weight, 3 tokens that must be left
-- RETURNS {1 or 0 granted, ms until it may be granted, tokens that are there}
-- GUARANTEE all users of the key take at most what is there plus capacity a minute; a missing key (new, or Redis was emptied)
--           begins half full: the urgent pass at once, the lowest priority waits for the refill
${budgetLevel}
local weight, reserve = tonumber(ARGV[2]), tonumber(ARGV[3])
local granted, wait = 0, 0
if closed > now then
  wait = closed - now
elseif tokens - weight >= reserve - 1e-6 then
  tokens = tokens - weight
  granted = 1
else
  wait = (reserve + weight - tokens) * 60000 / capacity
end
${keepLevel}
return {granted, math.ceil(wait), string.format('%.3f', tokens)}
`;
