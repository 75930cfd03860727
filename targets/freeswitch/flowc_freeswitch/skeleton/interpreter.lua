-- Walks the blocks of one call. Run as `lua flowc/<release8>/interpreter.lua start NUMBER`, again as
-- `... resume` after an agent's talk, and as `... hangup` when the call has ended.
-- A flow is data (one file, loaded when a call first enters it); what a block means is said by
-- `flowc.machine.walk`. The words of callers and back ends are values here and never code.
-- Each call reads its scripts anew and pays for every file, every line and every function: in this file
-- is what all calls need, and what few come to is in parts that are loaded when one does.
local bundled = {} -- a build puts the parts here that every call needs
collectgarbage("stop") -- most calls are over before they leave much
local action, number, entry = argv[1], argv[2], argv[3]
local folder = argv[0]:match("^(.*)/[^/]*$")
if folder:sub(1, 1) ~= "/" then folder = freeswitch.getGlobalVariable("script_dir") .. "/" .. folder end
local function part(name) return (bundled[name] or assert(loadfile(folder .. "/" .. name .. ".lua")))() end

local MOST_REMEMBERED = 8
local MOST_STEPS = 10000 -- blocks between two waits; what a compiler proves stays far below
local MUCH = 100 -- blocks of a call, after which memory is collected
local GONE, LIMIT, LEFT = { "gone" }, { "limit" }, { "left to an agent" }

local api, session, release = freeswitch.API(), session, part("release")
local values, parts, flows = {}, {}, {}
-- What is false here may get a value later.
local call = {
  session = session, api = api, release = release, part = part, folder = folder, entry = entry,
  values = values, language = release.languages[1], block = false, offset = 0, token = "", line = "",
  joins = 0, recordings = 0, asked = 0, by = "caller", cause = 16, ending = action == "hangup",
  marks = {}, marked = {}, remembered = {}, lead = {}, kept_lead = {}, steps = 0, zero = false,
  limit_at = false, limit_left = release.limit * 1000, queued = false, wordless = false,
  way_out_taken = false, input = false, LIMIT = LIMIT, LEFT = LEFT,
}

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
call.with_more(call, "seldom")

-- What is called often is looked up once: the server's objects search for a name each time.
local get_time, is_ready = api.getTime, session and session.ready

function call.now() return tonumber(get_time(api)) end

-- After whatever lets the caller hang up; everything is left by this one error.
function call.alive()
  if not is_ready(session) then error(GONE, 0) end
end

-- A moment, or that of the call's limit where it comes before; and the time now, where there is a limit.
function call.within_limit(due)
  local limit, at = call.limit_at, nil
  call.steps = 0
  if not limit then return due end
  at = tonumber(get_time(api))
  if at >= limit then error(LIMIT, 0) end
  return due and due < limit and due or limit, at
end

local value = part("expressions")(call)
call.value = value
call.sounds = part("prompts")(call)

-- A variable of the author's gets a value; tests are told where that changes it.
function call.assign(name, held)
  if held == "" then held = nil end
  if held ~= values[name] and release.told[name] then call.tell("assigned", name, held) end
  values[name] = held
end

-- An operation that can end in several ways has ended.
function call.ended(outcome)
  values["outcome"] = outcome
  if call.token ~= "" then call.tell("ended", call.block, outcome) end
end

local function joined(one, other)
  local both = {}
  for _, key in ipairs(one) do both[#both + 1] = key end
  for _, key in ipairs(other) do both[#both + 1] = key end
  return both
end

-- Operations

local does, input = call.with_more({}, "operations"), nil

function does.answer()
  session:answer()
  call.alive()
  if call.zero then return end -- a flow may come back to its first block
  call.zero = call.now()
  call.limit_at = call.zero + call.limit_left
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

function does.assign(one)
  local held = one[3]
  if type(held) == "table" then held = value(held) end
  call.assign(one[2], held)
end

function does.mark(one)
  if call.marked[one[2]] then return end
  call.marked[one[2]] = true
  call.marks[#call.marks + 1] = one[2]
  if call.token ~= "" then call.tell("marked", one[2]) end
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
  local held = values[one[2]]
  if type(held) == "number" then held = ("%d"):format(held) end
  return one[3][held or ""] or one[4]
end

exits["hangup"] = function(one)
  call.by, call.cause = "flow", one[2]
  return nil
end

-- Walking

-- All that the release says of a flow.
function call.flow(name)
  if not flows[name] then flows[name] = part("flow_" .. name) end
  return flows[name]
end

-- Where a block leads to.
function call.leave(block)
  local exit = block[#block]
  local to = exits[exit[1]](exit)
  if to == nil and exit[1] ~= "hangup" then error("no way for " .. tostring(values["outcome"])) end
  return to
end

-- From a block on until the call is over.
local walked = 0
function call.walk(id)
  while id do
    walked = walked + 1
    if walked == MUCH then collectgarbage("restart") end
    call.steps = call.steps + 1
    if call.steps > MOST_STEPS then error("goes round without end and without the caller") end
    call.block = id
    if call.token ~= "" then call.tell("entered", id) end
    local flow, rest = id:match("^([^.]+)%.(.+)$")
    local block = call.flow(flow)[rest]
    for index = 1, #block - 1 do
      local one = block[index]
      does[one[1]](one)
    end
    id = call.leave(block)
  end
end

local function begin()
  session:setVariable("flowc_release", release.id)
  session:setVariable("rtp_autoflush", "true") -- else keys of a line with jitter lag behind each other
  if release.keeps then call.use("state").look_after() end
  if entry == "lab" or session:getVariable("flowc_token") then call.use("telling")() end
  local from = session:getVariable("caller_id_number") or ""
  -- What would be left of other text is nobody's number.
  if from ~= "" and #from <= 32 and not from:find("[^%d+]") then values["call.from"] = from end
  values["call.to"], values["call.language"] = number, call.language
  values["call.started"] = os.time() + call.offset
  return release.numbers[number]
end

-- Walks from what `first` gives, and finds its way after whatever stops it.
local function run(first)
  local done, to = pcall(first)
  while to do
    if done then done, to = pcall(call.walk, to) end
    if not done then
      if to == GONE then return true end
      if to == LEFT then return false end
      done, to = true, call.way_out(to)
    end
  end
  return true
end

if call.ending then
  call.use("later").hung_up()
else
  input = part("input")(call)
  call.input = input
  session:setInputCallback("flowc_input", "")
  session:setAutoHangup(false)
  local over = run(action == "resume" and call.use("later").resume or begin)
  call.use("record")(call.block)
  if over then
    if release.keeps then call.use("state").save() end
    session:hangup(("%d"):format(call.cause))
  end
end
