-- Stands before every script. A script first checks everything and only then writes: a refusal changes nothing.
-- What it answers begins with a word: "done", or why it was refused.

local time = redis.call('TIME')
local now = tonumber(time[1])
local now_ms = now * 1000 + math.floor(time[2] / 1000)
