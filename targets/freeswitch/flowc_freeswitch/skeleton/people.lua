-- Queues, telephones and recordings: what takes the caller out of the flow's hands for a while.
-- Only digits that fit an allow-list reach a dial string; everything else there is the release's.
-- Knows nothing of input but how to drop keys.
local LEAVES = { "D", "C", "B", "A" } -- keys that no caller has: one of them ends a wait in time
local TONE, SHORTEST = 250, 500 -- ms; a recording that is not empty is so long behind its tone
local HEAD = 44
local FRAME = 20 -- ms

return function(call)
  local session, api, words, input = call.session, call.api, call.words, call.input
  local people = {}

  -- The server hands a caller's name and number on as they came, line ends and all, to the telephones
  -- that it rings, and decodes a number once more than it was encoded. Who calls by a name of several
  -- lines is nobody.
  local function stand_still()
    call.stand_still()
    session:setVariable("sip_copy_custom_headers", "false") -- what callers' own headers say is not told on
    local name, number = session:getVariable("caller_id_name"), session:getVariable("caller_id_number")
    if (name or ""):find("%c") or (number or ""):find("%c") or (number or ""):find("%%%x%x") then
      session:execute("set_profile_var", "caller_id_name=anonymous")
      session:execute("set_profile_var", "caller_id_number=anonymous")
    end
  end

  local function queue_of(one)
    local name = "fl-" .. one.queue
    if call.line == "" then return name end
    -- In the lab each call has queues of its own, so that many can be in one at once.
    call.joins = call.joins + 1
    return name .. "-" .. call.line .. "-" .. words.number(call.joins)
  end

  local function config(line) return api:execute("callcenter_config", line) or "" end

  local function rows(line)
    local found = {}
    for row in config(line):gmatch("[^\n]+") do found[#found + 1] = row end
    return found
  end

  -- How a caller waits stands behind their own name, which may hold anything.
  local function waiting(name)
    local count = 0
    for _, row in ipairs(rows("queue list members " .. name)) do
      local state = row:match("|([^|]*)|[^|]*$")
      if state == "Waiting" or state == "Trying" then count = count + 1 end
    end
    return count
  end

  local function seated(name)
    local count = 0
    for _, row in ipairs(rows("queue list agents " .. name)) do
      if row:find("|Available|", 1, true) or row:find("|On Break|", 1, true)
        or row:find("|Available (On Demand)|", 1, true) then count = count + 1 end
    end
    return count
  end

  -- How many may wait; in the lab a test may say so of its own queue.
  local function most_of(one, name)
    if call.line == "" then return one.most end
    return tonumber(api:execute("hash", "select/flowc_most/" .. name) or "") or one.most
  end

  -- The module reads a queue's settings when it is first spoken of, also where a deploy has just let it
  -- forget older ones.
  local function is_known(name)
    return not config("tier add " .. name .. " fl-nobody"):find("Queue not found", 1, true)
  end

  -- What keeps a caller from joining at all.
  local function refused(one, name)
    if not is_known(name) then return "error" end
    if seated(name) == 0 then return "no_agents" end
    local most = most_of(one, name)
    if most > 0 and waiting(name) >= most then return "full" end
    return nil
  end

  local function leaving_key(one)
    for _, key in ipairs(LEAVES) do
      if not one.keys[key] then return key end
    end
  end

  local function prepare(one, key)
    local keys = key
    for each in pairs(one.keys) do keys = keys .. each end
    session:setVariable("cc_cause", "")
    session:setVariable("cc_cancel_reason", "")
    session:setVariable("cc_exit_key", "")
    session:setVariable("cc_exit_keys", keys)
    session:setVariable("cc_base_score", words.number(one.priority and call.value(one.priority) or 0))
    session:setVariable("hangup_after_bridge", "false")
  end

  local function outcome_of(one, key)
    local reason, pressed = session:getVariable("cc_cancel_reason"), session:getVariable("cc_exit_key")
    if reason == "EXIT_WITH_KEY" and pressed ~= key and one.keys[pressed] then return "key_" .. pressed end
    if reason == "EXIT_WITH_KEY" or reason == "TIMEOUT" then return "waited_too_long" end
    if reason == "NO_AGENT_TIMEOUT" then return "no_agents" end
    return "error"
  end

  local function wait_in(one, name)
    local key, group = leaving_key(one), "flowc-" .. session:get_uuid()
    prepare(one, key)
    if one.wait then
      local task = " uuid_recv_dtmf " .. session:get_uuid() .. " " .. key
      -- The server counts whole seconds of the clock, and would be up to one too early.
      api:execute("sched_api", "+" .. words.number(one.wait + 1) .. " " .. group .. task)
    end
    -- While an agent talks this script is over; the next one goes on from what is kept here.
    call.queued = 1
    call.save()
    session:execute("callcenter", name)
    call.queued = false
    api:execute("sched_del", group)
    if session:getVariable("cc_cause") == "answered" then return nil end
    call.save()
    call.still_there()
    return outcome_of(one, key)
  end

  -- True where an agent has answered: the script must end so that they can talk.
  function people.enqueue(one)
    local name, joined = queue_of(one), os.time()
    input.settle()
    stand_still()
    local outcome = refused(one, name) or wait_in(one, name)
    call.set("call.waited", os.time() - joined)
    if not outcome then
      call.queued = 1
      call.save()
      return true
    end
    call.go_on()
    input.flush()
    call.ended(outcome)
    return false
  end

  local function is_allowed(number, allowed)
    if not number:find("^%d+$") then return false end
    for _, one in ipairs(allowed) do
      if one:sub(-1) == "*" then
        if number:sub(1, #one - 1) == one:sub(1, -2) then return true end
      elseif number == one then
        return true
      end
    end
    return false
  end

  local RANG_OUT = {
    NO_ANSWER = true, NO_USER_RESPONSE = true, ALLOTTED_TIMEOUT = true, ORIGINATOR_CANCEL = true,
    PROGRESS_TIMEOUT = true,
  }

  local function ring(one, number)
    local files = {}
    for _, key in ipairs(call.sounds(one.prompt)) do
      files[#files + 1] = call.release.sounds .. "/" .. key .. ".wav"
    end
    session:setVariable("hangup_after_bridge", "false")
    session:setVariable("continue_on_fail", "true")
    session:setVariable("originate_disposition", "")
    -- Without a file the server waits for the key in silence; an empty list of files is an error to it.
    local prompt = #files > 0 and "file_string://" .. table.concat(files, "!") or ""
    session:setVariable("group_confirm_key", one.accept or "")
    session:setVariable("group_confirm_file", one.accept and prompt or "")
    local leg = "[leg_timeout=" .. words.number(one.ring) .. ",call_timeout=" .. words.number(one.ring)
    if call.token ~= "" then leg = leg .. ",sip_h_X-Flowc-Token=" .. call.token end
    session:execute("bridge", leg .. "]" .. call.release.trunk .. "/" .. number)
    local how = session:getVariable("originate_disposition") or ""
    session:setVariable("group_confirm_key", "")
    call.still_there()
    if how == "SUCCESS" then return "after_agent" end
    if how == "USER_BUSY" then return "busy" end
    return (RANG_OUT[how] or one.accept and how == "NORMAL_CLEARING") and "no_answer" or "failed"
  end

  -- Ring one number after another; the outcome is the last one's.
  function people.dial(one)
    local outcome = "failed"
    input.settle()
    stand_still()
    for _, expression in ipairs(one.numbers) do
      local number = words.text(call.value(expression))
      outcome = is_allowed(number, one.allowed) and ring(one, number) or "failed"
      if outcome == "after_agent" then break end
    end
    call.go_on()
    input.flush()
    call.ended(outcome)
  end

  local function size(file)
    local found = io.open(file, "rb")
    if not found then return nil end
    local bytes = found:seek("end")
    found:close()
    return bytes
  end

  -- The server hangs up on a caller whose recording it can't write, so that is tried before.
  local function can_write(file)
    local opened = io.open(file, "wb")
    if opened then opened:close() end
    return opened ~= nil
  end

  -- Record after a tone; what ended it: `key`, `silence`, `time`, or `fault` where the server stopped
  -- before any of these, as it does when it can't write.
  local function take_down(file, most, silence, end_key)
    input.settle()
    session:streamFile("tone_stream://%(" .. TONE .. ",0,1000)")
    call.alive()
    local begun, by_key = call.now(), false
    input.key = function(digit)
      by_key = by_key or digit == end_key
      return by_key and "break" or nil
    end
    session:setVariable("silence_hits_exhausted", "")
    session:recordFile(file, most, call.release.silence, silence)
    input.key = false
    call.alive()
    local ended = "fault"
    if by_key then
      ended = "key"
    elseif session:getVariable("silence_hits_exhausted") == "true" then
      ended = "silence"
    elseif call.now() - begun >= most * 1000 - FRAME then
      ended = "time"
    end
    input.flush()
    return ended
  end

  -- The id is held from the beginning: most callers end a message by hanging up. One who does so at
  -- once has left none.
  local function listen_to(one, file, most)
    local begun = call.now()
    local done, ended = pcall(take_down, file, most, one.silence, one.key)
    if done then return ended end
    if call.now() - begun < TONE + SHORTEST then call.wordless = one.into end
    error(ended, 0)
  end

  local function time_left(most)
    local limit = call.within_limit()
    if not limit then return most end
    return math.min(most, math.max(1, math.ceil((limit - call.now()) / 1000)))
  end

  -- Nothing but silence is `empty`: such a file is shorter than speech.
  function people.record(one)
    call.recordings = call.recordings + 1
    local id = session:get_uuid() .. "-" .. words.number(call.recordings)
    local file = call.release.recordings .. "/" .. id .. ".wav"
    call.assign(one.into, id)
    local ended = can_write(file) and listen_to(one, file, time_left(one.most)) or "fault"
    call.within_limit()
    local bytes = size(file)
    local outcome = "done"
    if not bytes or bytes < HEAD or ended == "fault" then
      outcome = "error"
    elseif (bytes - HEAD) / 16 < SHORTEST + (ended == "silence" and one.silence * 1000 or 0) then
      outcome = "empty"
    end
    call.ended(outcome)
    if outcome ~= "done" then call.assign(one.into, nil) end
  end

  return people
end
