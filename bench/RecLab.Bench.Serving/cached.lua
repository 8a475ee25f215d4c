-- A thousand users who come again and again.
local threads = 0
function setup(thread) thread:set("number", threads); threads = threads + 1 end
function init() math.randomseed(number + 1); headers = { Authorization = "Bearer " .. os.getenv("RECLAB_KEY") } end
function request() return wrk.format("GET", "/api/v1/recommendations?placement=home&n=20&user=" .. math.random(0, 999), headers) end
