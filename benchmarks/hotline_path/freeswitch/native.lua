-- By hand, what the flow of the path says: one-key menu and whole entry, silences and wrong entries
-- counted apart and together, re-prompts, 0 to a person, `*` back, 9 repeat (three times), `#` skip
-- and end, the call's limit, a record of who ended it, where, and the mark. It does less than the
-- compiled path in this: no budget for going back and forth. A late `#` needs no window: it falls into
-- a sentence that drops keys. @S@ is the folder of the sounds.
local FIRST, BETWEEN, REPEATS = 5000, 3000, 3
local FULL, MOST = 8, 64
local by, at, mark = "caller", "greeting", ""

local function files(...)
  local names = { ... }
  for i, name in ipairs(names) do names[i] = "@S@/en/" .. name .. ".wav" end
  return #names == 1 and names[1] or "file_string://" .. table.concat(names, "!")
end

local function play(...)
  for _, name in ipairs({ ... }) do session:streamFile("@S@/en/" .. name .. ".wav") end
  session:flushDigits()
end

-- Counts what went wrong in one visit of a node; true where it was once too often.
local function counter()
  local silent, wrong = 0, 0
  return function(was_silent)
    if was_silent then
      silent = silent + 1
    else
      wrong = wrong + 1
      session:flushDigits()
    end
    return silent >= 3 or wrong >= 3 or silent + wrong >= 4, math.min(silent, 2)
  end
end

local function menu(lead)
  local failed, repeats = counter(), 0
  at = "top"
  local whole = files("hotline.top.menu", "hotline.top.prompt")
  if lead then whole = files(lead, "hotline.top.menu", "hotline.top.prompt") end
  local prompt = whole
  while session:ready() do
    local key = session:read(1, 1, prompt, FIRST, "", BETWEEN)
    if key == "#" then key = session:getDigits(1, "", FIRST) end
    if key == "0" or key == "1" or key == "2" then return key end
    if (key == "9" or key == "*") and repeats < REPEATS then
      repeats = repeats + 1
      prompt = whole
    else
      local too_often, silences = failed(key == "")
      if too_often then return "0" end
      local said = key == "" and "hotline.top.if_silent." .. silences or "hotline.top.if_wrong"
      prompt = files(said, "hotline.top.prompt")
    end
  end
end

-- What was typed, its end included; after a `*` more keys fit than one read takes.
local function typed(prompt)
  local keys = session:read(1, FULL, prompt, FIRST, "#", BETWEEN)
  local more = keys
  while #keys >= FULL and #keys < MOST and more ~= "" do
    local missing = FULL - #keys:match("[^*]*$")
    if missing <= 0 then break end
    more = session:getDigits(math.min(missing, MOST - #keys), "#", BETWEEN)
    keys = keys .. more
    if #more < missing then break end
  end
  return keys
end

-- The eight digits, or nothing: then the second value tells whether the caller went back.
local function ask()
  local failed = counter()
  at = "ask"
  local prompt = files("hotline.ask.prompt")
  while session:ready() do
    local keys = typed(prompt)
    local account = keys:match("[^*]*$")
    if account:find("^%d+$") and #account == FULL then return account end
    if account == "0" then return nil end
    if keys == "*" or keys:sub(-2) == "**" then return nil, true end
    local silent = keys == "" and session:getVariable("read_terminator_used") ~= "#"
    session:setVariable("read_terminator_used", "")
    local too_often, silences = failed(silent)
    if too_often then return nil end
    prompt = files(silent and "hotline.ask.if_silent." .. silences or "hotline.ask.if_wrong")
  end
end

local function told(account)
  local price = account:sub(1, 1) == "8" and "10250" or "20380"
  local digits = {}
  at = "read_out"
  for digit in price:gmatch(".") do digits[#digits + 1] = "_/n" .. digit end
  play(table.unpack(digits))
  if session:ready() then mark = "told" end
end

local function person()
  at, mark = "wait", "person"
  session:execute("sched_cancel")
  session:execute("callcenter", "native_agents")
  if session:getVariable("cc_cause") == "answered" then by = "agent" end
end

session:answer()
session:execute("sched_hangup", "+1200")
local lead = "hotline.greeting.say"
repeat
  local choice, account, back = menu(lead), nil, nil
  if choice == "1" then account, back = ask() end
  if account then
    told(account)
  elseif choice == "2" then
    mark = "faults"
  elseif not back and session:ready() then
    person()
  end
  lead = nil
until not back
-- An agent who was there ended the script; what follows then is the dialplan's.
if session:ready() then
  at = "goodbye"
  play("hotline.goodbye.hangup")
  if session:ready() then by = "flow" end
end
session:setVariable("record", "by=" .. by .. " at=" .. at .. " " .. mark)
if by == "flow" then session:hangup() end
