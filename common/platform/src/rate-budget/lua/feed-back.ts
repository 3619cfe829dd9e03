import { budgetLevel, keepLevel } from './budget-level.js';

export const feedBackScript = `
-- feedBack: corrects a budget by what the other side says of its use.
-- KEYS  1 hash of the budget
-- ARGV  1 capacity, 2 weight used in the running minute or -1, 3 ms for which nothing may be asked or 0
-- RETURNS tokens that are there
-- GUARANTEE only ever lowers the level and only ever prolongs a closing, so that late and repeated words do no harm
${budgetLevel}
local used = tonumber(ARGV[2])
if used >= 0 then tokens = math.max(-capacity, math.min(tokens, capacity - used)) end
local pause = tonumber(ARGV[3])
if pause > 0 then closed = math.max(closed, now + pause) end
${keepLevel}
return string.format('%.3f', tokens)
`;
