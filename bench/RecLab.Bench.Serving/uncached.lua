-- A new session each time, so that no list can be one made before.
local threads = 0
function setup(thread) thread:set("number", threads); threads = threads + 1 end
function init() math.randomseed(number + 1); asked = 0; headers = { Authorization = "Bearer " .. os.getenv("RECLAB_KEY") } end
function request()
  asked = asked + 1
  return wrk.format("GET", "/api/v1/recommendations?placement=home&n=20&user=" .. math.random(0, 19999) .. "&session=" .. number .. "-" .. asked .. "-" .. os.time(), headers)
end
