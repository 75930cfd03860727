-- Walks the blocks of one call. Run as `lua flowc/<release8>/interpreter.lua start NUMBER`, again as
-- `... resume` after an agent's talk, and as `... hangup` when the call has ended.
-- A flow is data (one file, loaded when a call first enters it); what a block means is said by
-- `flowc.machine.walk`. The words of callers and back ends are values here and never code.
local action, number, entry = argv[1], argv[2], argv[3]
local folder = argv[0]:match("^(.*)/[^/]*$")
if folder:sub(1, 1) ~= "/" then folder = freeswitch.getGlobalVariable("script_dir") .. "/" .. folder end
local function part(name) return assert(loadfile(folder .. "/" .. name .. ".lua"))() end

local MOST_REMEMBERED = 8
local MOST_STEPS = 10000 -- blocks between two waits; what a compiler proves stays far below
local GONE, LIMIT, LEFT = { "gone" }, { "limit" }, { "left to an agent" }

local api = freeswitch.API()
local session = session
local words, expressions = part("words"), part("expressions")
local release = part("release")
local call = {
  session = session, api = api, release = release, words = words, part = part,
  values = {}, language = release.languages[1], block = nil, offset = 0, token = "", line = "",
  joins = 0, recordings = 0, asked = 0, by = "caller", ending = action == "hangup",
}
local marks, marked, remembered, lead, kept_lead = {}, {}, {}, {}, {}
local limit_at, limit_left, zero, told, steps = nil, release.limit * 1000, nil, 0, 0
local flows, people, runtime, input = {}, nil, nil, nil

function call.now() return tonumber(api:getTime()) end

function call.log(level, what)
  local line = "flowc " .. release.id .. " " .. (call.block or "-") .. ": " .. what .. "\n"
  if call.ending then freeswitch.consoleLog(level, line) else session:consoleLog(level, line) end
end

function call.defect(what) call.log("err", what) end

-- Tests read what happened; in production nothing is told.
function call.tell(step, ...)
  if call.token == "" then return end
  told = told + 1
  local event = freeswitch.Event("custom", "flowc::trace")
  event:addHeader("Flowc-Token", call.token)
  event:addHeader("Flowc-Place", words.number(told))
  event:addHeader("Flowc-At", words.number(zero and call.now() - zero or 0))
  event:addHeader("Flowc-Step", step)
  local body = {}
  for place, item in ipairs({ ... }) do
    body[words.number(place)] = type(item) == "table" and words.list(item) or item
  end
  event:addBody(words.join(step == "over" and call.values or body))
  event:fire()
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
  steps = 0
  if limit_at and call.now() >= limit_at then error(LIMIT, 0) end
  if not due then return limit_at end
  return limit_at and limit_at < due and limit_at or due
end

-- The call's own time stands still in queues and lines.
function call.stand_still()
  if limit_at then limit_left = limit_at - call.now() end
  limit_at = nil
end

function call.go_on()
  if limit_left then limit_at = call.now() + limit_left end
end

part("world")(call, folder)
local value = expressions.of(call)
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

local function use(name, held)
  return held or part(name)(call)
end

local does = {}

function does.answer()
  session:answer()
  call.alive()
  if zero then return end -- a flow may come back to its first block
  zero = call.now()
  call.go_on()
end

function does.play(one) input.say(call.sounds(one[2])) end
function does.lead(one) lead = joined(lead, call.sounds(one[2])) end

function does.cue(one)
  local said = {}
  if one[3] == "entry" then
    kept_lead, lead = lead, {}
    said = kept_lead
  elseif one[3] == "again" then
    said = kept_lead
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

function does.clock()
  local date, minute, weekday = expressions.local_time(call.moment(), release.zone)
  call.set("clock.date", date)
  call.set("clock.minute", minute)
  call.set("clock.weekday", weekday)
end

function does.language(one)
  call.language = one[2]
  call.set("call.language", one[2])
end

function does.mark(one)
  if marked[one[2]] then return end
  marked[one[2]] = true
  marks[#marks + 1] = one[2]
  call.tell("marked", one[2])
  if not call.ending then session:setVariable("flowc_marks", words.list(marks)) end
end

function does.remember(one)
  remembered[#remembered + 1] = one[2]
  if #remembered > MOST_REMEMBERED then table.remove(remembered, 1) end
end

function does.forget(one)
  local own, kept = one[2] .. ".", {}
  for _, menu in ipairs(remembered) do
    if menu:sub(1, #own) ~= own then kept[#kept + 1] = menu end
  end
  remembered = kept
end

function does.invoke(one)
  steps = 0
  runtime = use("runtime", runtime)
  runtime.invoke(one)
end

function does.enqueue(one)
  steps = 0
  people = use("people", people)
  call.save()
  if people.enqueue(one) then error(LEFT, 0) end
end

function does.dial(one)
  steps = 0
  people = use("people", people)
  people.dial(one)
end

function does.record(one)
  steps = 0
  people = use("people", people)
  people.record(one)
end

-- Exits: each gives the block that comes next, or nothing where the call is over.

local exits = {}

local function data_of(flow)
  if not flows[flow] then flows[flow] = part("flow_" .. flow) end
  return flows[flow]
end

function exits.jump(one) return one[2] end
function exits.branch(one) return value(one[2]) ~= 0 and one[3] or one[4] end

function exits.switch(one)
  local held = call.values[one[2]]
  return one[3][held == nil and "" or words.text(held)] or one[4]
end

function exits.call(one)
  call.set("return." .. one[2], one[4])
  return one[3]
end

exits["return"] = function(one)
  local site = call.values["return." .. one[2]]
  call.set("return." .. one[2], nil)
  if site == nil then return one[4] end
  return data_of(one[2])["~returns"][site][one[3]]
end

function exits.back(one)
  return table.remove(remembered) or one[2]
end

exits["hangup"] = function(one)
  call.by = "flow"
  call.cause = one[2]
  return nil
end

-- Walking

local function block_of(id)
  local flow, rest = id:match("^([^.]+)%.(.+)$")
  return data_of(flow)[rest]
end

local function leave(block)
  local exit = block[#block]
  local to = exits[exit[1]](exit)
  if to == nil and exit[1] ~= "hangup" then error("no way for " .. tostring(call.values["outcome"])) end
  return to
end

-- From a block on until the call is over.
local function walk(id)
  while id do
    steps = steps + 1
    if steps > MOST_STEPS then error("goes round without end and without the caller") end
    call.block = id
    call.tell("entered", id)
    local block = block_of(id)
    for index = 1, #block - 1 do does[block[index][1]](block[index]) end
    id = leave(block)
  end
end

-- The call's limit, or a defect of ours: the way out, which is taken once.
local function way_out(why)
  limit_at, limit_left = nil, nil
  if why ~= LIMIT then call.defect(tostring(why)) end
  if release.limit_to and not call.way_out_taken then
    call.way_out_taken = true
    return release.limit_to
  end
  call.by, call.cause = "limit", 16
  return nil
end

-- What another script needs to go on with the call.
local keeper = part("state")(call)

function call.save()
  call.look_after()
  if limit_at then limit_left = limit_at - call.now() end
  keeper.save({
    language = call.language, block = call.block, by = call.by, marks = words.list(marks),
    remembered = words.list(remembered), kept_lead = words.list(kept_lead), lead = words.list(lead),
    limit_left = limit_left, zero = zero, told = told, token = call.token, line = call.line,
    offset = call.offset, joins = call.joins, recordings = call.recordings, asked = call.asked,
    queued = call.queued, wordless = call.wordless, way_out_taken = call.way_out_taken and 1 or nil,
  })
end

-- At the end of the call this script runs once more, and takes away what was kept. Applications in the
-- dialplan would cost each call ten times as much as variables set here.
function call.look_after()
  session:setVariable("session_in_hangup_hook", "true")
  session:setVariable("api_hangup_hook", "lua " .. argv[0] .. " hangup")
end

-- Whether there was anything to go on with.
local function load_state()
  local state = keeper.load()
  if not state then return false end
  for name, held in pairs(state) do call[name] = held end
  marks, remembered = words.items(state.marks), words.items(state.remembered)
  kept_lead, lead = words.items(state.kept_lead), words.items(state.lead)
  for _, name in ipairs(marks) do marked[name] = true end
  limit_left, zero, told = state.limit_left, state.zero, state.told
  return true
end

local function header(name, signs)
  return ((session:getVariable("sip_h_X-Flowc-" .. name) or ""):gsub("[^" .. signs .. "]", ""))
end

local function begin()
  session:setVariable("flowc_release", release.id)
  session:setVariable("rtp_autoflush", "true") -- else keys of a line with jitter lag behind each other
  if release.keeps then call.look_after() end
  if entry == "lab" then
    call.token = header("Token", "%w_")
    call.offset = tonumber(header("Offset", "%d-")) or 0
    call.line = header("Line", "%d")
    local language = header("Language", "%w-")
    for _, known in ipairs(release.languages) do
      if known == language then call.language = known end
    end
  end
  local from = session:getVariable("caller_id_number") or ""
  -- What would be left of other text is nobody's number.
  call.set("call.from", #from <= 32 and not from:find("[^%d+]") and from or "")
  call.set("call.to", number)
  call.set("call.started", call.moment())
  call.set("call.language", call.language)
  return release.numbers[number]
end

local function resume()
  if not load_state() then return nil end
  if not call.queued then
    -- The script before this one broke where nothing could be caught.
    call.go_on()
    return way_out("the script ended in the middle")
  end
  call.queued = nil
  call.go_on()
  input.flush()
  call.ended("after_agent")
  return leave(block_of(call.block))
end

local function hung_up()
  if not load_state() then return end
  limit_at = nil
  call.tell("hungup", call.by)
  if call.wordless then call.assign(call.wordless, nil) end -- a recording without a word
  if release.on_hangup then
    local done, why = pcall(walk, release.on_hangup)
    if not done then call.defect(tostring(why)) end
  end
  call.tell("over")
end

-- Walks from what `first` gives, and finds its way after whatever stops it.
local function run(first)
  local done, to = pcall(first)
  while true do
    if done then
      if to == nil then break end
      local from = to
      done, to = pcall(walk, from)
      if done then break end
    end
    if to == GONE then break end
    if to == LEFT then return false end
    to = way_out(to)
    done = true
  end
  return true
end

if call.ending then
  hung_up()
else
  input = part("input")(call)
  call.input = input
  input.begin()
  session:setAutoHangup(false)
  if run(action == "resume" and resume or begin) then
    if release.keeps then call.save() end
    session:hangup(words.number(call.cause or 16))
  end
end
