-- Stands before every script. A script first checks everything and only then writes: a refusal changes nothing.
-- What it answers begins with a word: "done", or why it was refused.

local time = redis.call('TIME')
local now = tonumber(time[1])
local now_ms = now * 1000 + math.floor(time[2] / 1000)

-- Bytes that a note takes: its words, and about as much around them as an entry of a stream and its keys cost.
local function weight(name, text)
  return #name + #text + 128
end
