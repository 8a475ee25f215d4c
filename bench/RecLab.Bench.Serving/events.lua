-- Batches of 50 viewable events with ids of their own for lists that were served.
local threads = 0
function setup(thread) thread:set("number", threads); threads = threads + 1 end
function init()
  math.randomseed(os.time() + number * 7919)
  headers = { Authorization = "Bearer " .. os.getenv("RECLAB_KEY"), ["Content-Type"] = "application/json" }
  lists = {}
  for line in io.lines(os.getenv("RECLAB_LISTS")) do
    local words = {}
    for word in line:gmatch("%S+") do words[#words + 1] = word end
    lists[#lists + 1] = words
  end
  made = 0
end
function request()
  local events = {}
  for i = 1, 5 do
    local list = lists[math.random(#lists)]
    for place = 1, 10 do
      made = made + 1
      local ms = os.time() * 1000 + made % 1000
      local id = string.format("%08x-%04x-7%03x-8%03x-%06x%06x", math.floor(ms / 65536), ms % 65536, made % 4096, number * 256 + math.random(0, 255), math.random(0, 16777215), math.random(0, 16777215))
      events[#events + 1] = '{"eventId":"' .. id .. '","type":"viewable","recommendationId":"' .. list[1] .. '","itemId":"' .. list[place + 1] .. '","position":' .. place .. '}'
    end
  end
  return wrk.format("POST", "/api/v1/events", headers, '{"events":[' .. table.concat(events, ",") .. ']}')
end
