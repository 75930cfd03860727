-- Walks the blocks of one call. Run as `lua flowc/<release8>/interpreter.lua start NUMBER`, again as
-- `... resume` after an agent's talk, and as `... hangup` when the call has ended.
-- A flow is data (one file, loaded when a call first enters it); what a block means is said by
-- `flowc.machine.walk`. The words of callers and back ends are values here and never code.
-- Each call reads its scripts anew and pays for every line: here stands what all calls need, and what
-- few come to is in parts that are loaded when one does.
local action, number, entry = argv[1], argv[2], argv[3]
local folder = argv[0]:match("^(.*)/[^/]*$")
if folder:sub(1, 1) ~= "/" then folder = freeswitch.getGlobalVariable("script_dir") .. "/" .. folder end
local function part(name) return assert(loadfile(folder .. "/" .. name .. ".lua"))() end

local MOST_REMEMBERED = 8
local MOST_STEPS = 10000 -- blocks between two waits; what a compiler proves stays far below
local GONE, LIMIT, LEFT = { "gone" }, { "limit" }, { "left to an agent" }

local api = freeswitch.API()
local session = session
local release, words = part("release"), part("words")
local call = {
  session = session, api = api, release = release, words = words, part = part, folder = folder,
  entry = entry, values = {}, language = release.languages[1], block = nil, offset = 0, token = "", line = "",
  joins = 0, recordings = 0, asked = 0, by = "caller", ending = action == "hangup",
  marks = {}, remembered = {}, lead = {}, kept_lead = {}, limit_left = release.limit * 1000, LEFT = LEFT,
}
local marked, flows, parts, steps = {}, {}, {}, 0
local input

-- A part of this call, made once.
function call.use(name)
  if not parts[name] then parts[name] = part(name)(call) end
  return parts[name]
end

-- A table whose rarer entries are a part, loaded when one of them is first wanted.
function call.with_more(known, name)
  return setmetatable(known, {
    __index = function(_, key)
      setmetatable(known, nil)
      for each, held in pairs(call.use(name)) do known[each] = held end
      return known[key]
    end,
  })
end
call.with_more(words, "lines")

function call.now() return tonumber(api:getTime()) end

-- Seconds since 1970, as the call takes it: tests set a clock of their own.
function call.moment() return os.time() + call.offset end

-- A line of the log begins with what `flowc where` takes: release and node, then the block.
function call.log(level, what)
  local place = (call.block or "call"):gsub("%.([^.]*)$", ",%1")
  local line = "fl-" .. release.id .. "." .. place .. ": " .. what .. "\n"
  if call.ending then freeswitch.consoleLog(level, line) else session:consoleLog(level, line) end
end

function call.defect(what) call.log("err", what) end

-- Told is what happens in calls that bear a token: those of tests, and of whoever sets one on a call.
function call.tell(...)
  if call.token ~= "" then call.use("telling")(...) end
end

-- After whatever lets the caller hang up; everything is left by this one error.
function call.alive()
  if not session:ready() then error(GONE, 0) end
end

-- The same where the server was asked something that is no media: only media notices a hang-up.
function call.still_there()
  session:sleep(0)
  call.alive()
end

-- A moment, or that of the call's limit where it comes before.
function call.within_limit(due)
  local limit = call.limit_at
  steps = 0
  if limit and call.now() >= limit then error(LIMIT, 0) end
  if not due then return limit end
  return limit and limit < due and limit or due
end

-- The call's own time stands still in queues and lines.
function call.stand_still()
  if call.limit_at then call.limit_left = call.limit_at - call.now() end
  call.limit_at = nil
end

function call.go_on()
  if call.limit_left then call.limit_at = call.now() + call.limit_left end
end

local value = part("expressions")(call)
call.value = value

-- Variables

function call.set(name, held)
  if held == "" then held = nil end
  call.values[name] = held
end

-- The same for a variable of the author's; told where that changes it.
function call.assign(name, held)
  if held == "" then held = nil end
  if held ~= call.values[name] and release.told[name] then call.tell("assigned", name, held) end
  call.values[name] = held
end

-- An operation that can end in several ways has ended.
function call.ended(outcome)
  call.values["outcome"] = outcome
  call.tell("ended", call.block, outcome)
end

call.sounds = part("prompts")(call)

local function joined(one, other)
  local both = {}
  for _, key in ipairs(one) do both[#both + 1] = key end
  for _, key in ipairs(other) do both[#both + 1] = key end
  return both
end

-- Operations

local does = call.with_more({}, "operations")

function does.answer()
  session:answer()
  call.alive()
  if call.zero then return end -- a flow may come back to its first block
  call.zero = call.now()
  call.go_on()
end

function does.play(one) input.say(call.sounds(one[2])) end
function does.lead(one) call.lead = joined(call.lead, call.sounds(one[2])) end

function does.cue(one)
  local said = {}
  if one[3] == "entry" then
    call.kept_lead, call.lead = call.lead, {}
    said = call.kept_lead
  elseif one[3] == "again" then
    said = call.kept_lead
  end
  input.cue(call.sounds(one[4] or {}), joined(said, call.sounds(one[2])))
end

function does.collect(one)
  local outcome, text = input.collect(one)
  call.ended(outcome)
  if outcome == "done" and one.into then
    call.assign(one.into, one.whole and tonumber(text) or text)
  end
end

function does.flush() input.flush() end

function does.assign(one)
  local held = nil
  if one[3] ~= nil then held = value(one[3]) end
  call.assign(one[2], held)
end

function does.mark(one)
  if marked[one[2]] then return end
  marked[one[2]] = true
  call.marks[#call.marks + 1] = one[2]
  call.tell("marked", one[2])
end

function does.remember(one)
  call.remembered[#call.remembered + 1] = one[2]
  if #call.remembered > MOST_REMEMBERED then table.remove(call.remembered, 1) end
end

-- Exits: each gives the block that comes next, or nothing where the call is over.

local exits = call.with_more({}, "exits")

function exits.jump(one) return one[2] end
function exits.branch(one) return value(one[2]) ~= 0 and one[3] or one[4] end

function exits.switch(one)
  local held = call.values[one[2]]
  return one[3][held == nil and "" or words.text(held)] or one[4]
end

function exits.back(one) return table.remove(call.remembered) or one[2] end

exits["hangup"] = function(one)
  call.by = "flow"
  call.cause = one[2]
  return nil
end

-- Walking

-- All that the release says of a flow.
function call.flow(name)
  if not flows[name] then flows[name] = part("flow_" .. name) end
  return flows[name]
end

local function block_of(id)
  local flow, rest = id:match("^([^.]+)%.(.+)$")
  return call.flow(flow)[rest]
end

-- Where the block that the call is in leads to.
function call.leave()
  local block = block_of(call.block)
  local exit = block[#block]
  local to = exits[exit[1]](exit)
  if to == nil and exit[1] ~= "hangup" then error("no way for " .. tostring(call.values["outcome"])) end
  return to
end

-- From a block on until the call is over.
function call.walk(id)
  while id do
    steps = steps + 1
    if steps > MOST_STEPS then error("goes round without end and without the caller") end
    call.block = id
    call.tell("entered", id)
    local block = block_of(id)
    for index = 1, #block - 1 do
      local one = block[index]
      does[one[1]](one)
    end
    id = call.leave()
  end
end

-- An operation of another part begins, which takes time.
function call.takes_time() steps = 0 end

-- A milestone of a script before this one.
function call.has_marked(name) marked[name] = true end

-- The call's limit, or a defect of ours: the way out, which is taken once.
function call.way_out(why)
  call.limit_at, call.limit_left = nil, nil
  if why ~= LIMIT then call.defect(tostring(why)) end
  if release.limit_to and not call.way_out_taken then
    call.way_out_taken = true
    return release.limit_to
  end
  call.by, call.cause = "limit", 16
  return nil
end

-- Keep what another script needs to go on with the call, and have it taken away at the call's end.
function call.save() call.use("state").save() end

local function begin()
  session:setVariable("flowc_release", release.id)
  session:setVariable("rtp_autoflush", "true") -- else keys of a line with jitter lag behind each other
  if release.keeps then call.use("state").look_after() end
  if entry == "lab" or session:getVariable("flowc_token") then call.use("telling")() end
  local from = session:getVariable("caller_id_number") or ""
  -- What would be left of other text is nobody's number.
  call.set("call.from", #from <= 32 and not from:find("[^%d+]") and from or "")
  call.set("call.to", number)
  call.set("call.started", call.moment())
  call.set("call.language", call.language)
  return release.numbers[number]
end

-- Walks from what `first` gives, and finds its way after whatever stops it.
local function run(first)
  local done, to = pcall(first)
  while true do
    if done then
      if to == nil then break end
      local from = to
      done, to = pcall(call.walk, from)
      if done then break end
    end
    if to == GONE then break end
    if to == LEFT then return false end
    to = call.way_out(to)
    done = true
  end
  return true
end

if call.ending then
  call.use("later").hung_up()
else
  input = part("input")(call)
  call.input = input
  input.begin()
  session:setAutoHangup(false)
  local over = run(action == "resume" and call.use("later").resume or begin)
  call.use("record")(call.block)
  if over then
    if release.keeps then call.save() end
    session:hangup(words.number(call.cause or 16))
  end
end
