import { markerFunctions, publishFunction } from './fragments.js';

export const publishScript = `
-- publish: adds a message to a stream once per message id.
-- KEYS  1 stream, 2 marker base of the stream's published ids
-- ARGV  1 digest, 2 message id, 3 type, 4 traceparent, 5 data
-- RETURNS {entry id, 0 | 1}; 1 = published before, the id is the first entry's
-- GUARANTEE sending it again, for 14 days, adds nothing
${markerFunctions}
${publishFunction}
local entry, repeated = publishOnce(KEYS[1], KEYS[2], ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], week())
return {entry, repeated}
`;
