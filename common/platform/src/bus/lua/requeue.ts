import { markerFunctions, publishFunction } from './fragments.js';

export const requeueScript = `
-- requeue: puts a dead letter back into its stream, for the group that failed on it, and announces that.
-- KEYS  1 dead-letter stream, 2 stream, 3 requeued letters,
--       then, for an announcement, 4 its stream, 5 marker base of that stream's published ids
-- ARGV  1 id of the dead letter, then, for an announcement, 2 digest, 3 message id, 4 type, 5 traceparent, 6 data
-- RETURNS {'REQUEUED', new entry id} | {'AGAIN', entry id of the first time} | {'NOTFOUND'} | {'UNREADABLE'}
-- GUARANTEE once per dead letter, and announced exactly then; the message keeps its id, passes by publish's markers, and
--       carries a field \`group\` that makes the other groups pass over it
${markerFunctions}
${publishFunction}
local earlier = redis.call('HGET', KEYS[3], ARGV[1])
if earlier then return {'AGAIN', earlier} end
local letter = redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1])[1]
if not letter then return {'NOTFOUND'} end
local fields = {}
for i = 1, #letter[2], 2 do fields[letter[2][i]] = letter[2][i + 1] end
local readable, original = pcall(cjson.decode, fields['original'] or '')
if not readable or not fields['group'] or not fields['id'] then return {'UNREADABLE'} end
-- Lua cannot hand more than this to one command, and nothing may be announced that then fails.
if type(original) ~= 'table' or #original > 7900 then return {'UNREADABLE'} end
local refusal = refusalOf(KEYS[2]) or (KEYS[4] and refusalOf(KEYS[4]))
if refusal then return refusal end
local add = {'XADD', KEYS[2], '*', 'group', fields['group']}
if fields['data'] then
  add[#add + 1] = 'data'
  add[#add + 1] = fields['data']
end
for i = 1, #original, 2 do
  if original[i] ~= 'group' and original[i] ~= 'id' then
    add[#add + 1] = original[i]
    add[#add + 1] = original[i + 1]
  end
end
add[#add + 1] = 'id'
add[#add + 1] = fields['id']
if KEYS[4] then publishOnce(KEYS[4], KEYS[5], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], week()) end
local entry = redis.call(unpack(add))
redis.call('HSET', KEYS[3], ARGV[1], entry)
redis.call('EXPIRE', KEYS[3], 2592000)
return {'REQUEUED', entry}
`;
