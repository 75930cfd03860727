-- Questions to the runtime: an event out, an event of this call back, never longer than its deadline.
-- The runtime begins an effect only by leave of the call: so the call knows that it may have been done
-- (`unknown`), or that it surely has not, and never will be (`error`). Where the runtime gives no sign of
-- life that is so at once. Values come back as values. Knows no services.
local FILLER_AFTER = 1000 -- ms
local GRACE = 300 -- ms; the runtime itself keeps the deadline
-- How old the runtime's last sign of life may be, in ms: in a call, and when nobody is there any more
-- for whom the channel should be kept. A filler's next piece needs a fresh one.
local STALE, STALE_ENDED, FRESH = 2500, 1700, 900
local PIECE = 2 -- seconds

return function(call)
  local words, api, input = call.words, call.api, call.input
  local runtime = {}
  local answer, begun, wanted

  -- When its last sign of life was; long ago where there was none, or one of another clock's.
  local function beat()
    local at = tonumber(freeswitch.getGlobalVariable("flowc_beat") or "") or 0
    return at <= call.now() + FRESH and at or 0
  end

  local function lives_until() return beat() + (call.ending and STALE_ENDED or STALE) end

  local function alive() return call.now() < lives_until() end

  local function uuid()
    if call.ending then return env:getHeader("Unique-ID") end
    return call.session:get_uuid()
  end

  local function fire(subclass, headers, body)
    local event = freeswitch.Event("custom", subclass)
    for name, held in pairs(headers) do event:addHeader(name, words.text(held)) end
    event:addBody(body)
    event:fire()
  end

  local function headers(one)
    return {
      ["Flowc-Release"] = call.release.id, ["Flowc-Site"] = one.site, ["Flowc-Call"] = uuid(),
      ["Flowc-Sequence"] = wanted, ["Flowc-Deadline"] = call.now() + one.deadline,
      ["Flowc-Token"] = call.token, ["Flowc-Offset"] = call.offset,
      ["Flowc-Language"] = call.language, ["Flowc-Ended"] = call.ending and 1 or 0,
    }
  end

  -- The variables that the arguments read, and the flags that are up.
  local function body(one)
    local held = { ["from"] = call.values["call.from"] or "" }
    for _, name in ipairs(one.reads) do
      if call.values[name] ~= nil then held["v." .. name] = call.values[name] end
    end
    for _, name in ipairs(one.flags) do
      if call.use("world").flag(name) then held["f." .. name] = 1 end
    end
    return words.join(held)
  end

  -- Tell the runtime that the call has its word: `begin` or `answer`.
  local function tell(step)
    fire("flowc::taken", { ["Flowc-Call"] = uuid(), ["Flowc-Sequence"] = wanted, ["Flowc-Step"] = step }, "")
  end

  -- Only what is said to the question that is waited for counts; a late word to an older is dropped.
  local function taken(event)
    if event:getHeader("Event-Subclass") ~= "flowc::reply" then return nil end
    if event:getHeader("Flowc-Call") ~= uuid() then return nil end
    if event:getHeader("Flowc-Sequence") ~= wanted then return nil end
    if event:getHeader("Flowc-Step") == "begin" then
      begun = true
      tell("begin")
      return nil
    end
    answer = words.split(event:getBody() or "")
    return "break"
  end

  -- How long a sound lasts, in ms, by the head of its file; nothing where it is not there.
  local function length(key)
    local file = io.open(call.release.sounds .. "/" .. key .. ".wav", "rb")
    if not file then return nil end
    local head = file:read(32)
    local size = file:seek("end")
    file:close()
    if not head or #head < 32 then return nil end
    local a, b, c, d = head:byte(29, 32)
    local rate = a + b * 256 + c * 65536 + d * 16777216
    return rate > 0 and (size - 44) * 1000 / rate or nil
  end

  -- Until so many ms have passed, or an event of this call has come.
  local function pause(milliseconds)
    call.session:collectDigits(milliseconds)
    call.alive()
  end

  -- May the next piece of a filler be said?
  local function wanted_more()
    while not answer and alive() and call.now() - beat() > FRESH do pause(100) end
    return not answer and alive()
  end

  -- A sound that is so long (ms), in pieces: the server cuts one by itself after two seconds, no sooner.
  local function say(key, long)
    local said = 0
    call.session:setVariable("playback_timeout_sec", words.number(PIECE))
    while said < long and wanted_more() do
      call.session:streamFile(call.release.sounds .. "/" .. key .. ".wav", said * 8)
      call.alive()
      said = said + PIECE * 1000
    end
    call.session:setVariable("playback_timeout_sec", "0")
  end

  -- Said once, as far as it ends before the deadline; the answer cuts it, or the runtime's death.
  local function fill(sounds, deadline)
    for _, key in ipairs(sounds) do
      local long = length(key)
      if answer or not long or call.now() + long > deadline then return end
      say(key, long)
    end
  end

  local function wait(one, deadline)
    local fills = call.now() + FILLER_AFTER
    local sounds = call.sounds(one.filler)
    while not answer and call.now() < deadline and alive() do
      local next_look = math.min(call.within_limit(deadline), lives_until(), call.now() + 500)
      if #sounds > 0 then next_look = math.min(next_look, fills) end
      local left = next_look - call.now()
      if left > 0 then pause(left) end
      if #sounds > 0 and not answer and call.now() >= fills then
        fill(sounds, deadline)
        sounds = {}
      end
    end
  end

  -- After the end of the call no session waits: the answers of all calls pass by, ours is picked.
  local function wait_ended(consumer, deadline)
    while not answer and call.now() < deadline and alive() do
      local next_look = math.min(deadline, lives_until(), call.now() + 200)
      local event = consumer:pop(1, math.max(1, next_look - call.now()))
      if event then taken(event) end
    end
  end

  local function outcome_of(one)
    local outcome = answer and answer["outcome"]
    if outcome and one.outcomes[outcome] then return outcome end
    return (begun or answer) and one.worst or "error"
  end

  local function ask(one)
    local deadline = call.now() + one.deadline + GRACE
    if not alive() then return end
    if call.ending then
      local consumer = freeswitch.EventConsumer("CUSTOM", "flowc::reply", 1000)
      fire("flowc::ask", headers(one), body(one))
      wait_ended(consumer, deadline)
      return
    end
    call.still_there()
    input.event = taken
    fire("flowc::ask", headers(one), body(one))
    wait(one, deadline)
    input.event = false
    input.flush()
  end

  function runtime.invoke(one)
    call.asked = call.asked + 1
    wanted, answer, begun = words.number(call.asked), nil, false
    ask(one)
    local outcome = outcome_of(one)
    if answer then tell("answer") end
    call.ended(outcome)
    for _, name in ipairs(one.fills) do
      call.assign(name, outcome == "done" and answer["v." .. name] or nil)
    end
  end

  return runtime
end
