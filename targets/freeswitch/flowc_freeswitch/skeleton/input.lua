-- What a caller hears and presses: sounds in order, barge-in, the two timers, skip, the late `#`.
-- One input callback serves the whole call. Follows `flowc.machine.listening` and `.entry`.
-- Knows no blocks.
local WINDOW = 1000 -- ms for the `#` that is pressed after an entry was already full
local MOST_KEYS = 64
local FRAME = 20 -- ms; a flush reads what has arrived up to now

return function(call)
  local session, now = call.session, call.now
  local stream, wait_for_keys = session.streamFile, session.collectDigits -- looked up once
  -- Who takes an event that comes for this call, and a key, where that is not a prompt's; whether keys
  -- may be waiting that were pressed while something was said whole.
  local input = { event = false, key = false, stale = false }
  local key, window     -- a key taken and not yet read; when the last full entry ended
  local listens = false -- else keys are dropped
  local deaf, prompt, skipped = {}, nil, false

  -- The callback's name is global: the server knows it by that.
  function flowc_input(_, kind, what)
    if kind == "event" then return input.event and input.event(what) or nil end
    if input.key then return input.key(what.digit) end
    if not listens then return nil end
    local opened, at = window, now()
    window = nil -- the first key that an input reads closes the window
    if opened and what.digit == "#" and at - opened < WINDOW then return nil end
    key = { what.digit, at }
    return "break"
  end

  -- Drop the keys that were pressed up to now; the window for a `#` stays open.
  function input.flush()
    key, input.stale = nil, false
    session:collectDigits(FRAME)
    session:flushDigits()
    call.alive()
  end

  -- Say sounds; where they can be cut, a key does. Whether any of them could be played.
  local function play(files, cuts)
    local played = #files == 0
    for index = 1, #files do
      if key then return true end
      call.within_limit()
      listens = cuts
      local done = stream(session, call.release.sounds .. "/" .. files[index] .. ".wav")
      listens = false
      call.alive()
      played = played or done ~= 0 or key ~= nil
    end
    return played
  end

  -- Say a prompt whole. Keys pressed meanwhile are dropped as soon as somebody would take them: that
  -- takes a moment, and most says lead to no input.
  function input.say(files)
    if #files == 0 then return end
    if call.token ~= "" then call.tell("offered", files) end
    play(files, false)
    input.stale = true
  end

  -- Before keys are taken.
  function input.settle()
    if input.stale then input.flush() end
  end

  function input.cue(first, then_)
    deaf, prompt, skipped = first, then_, false
  end

  -- The next key and when it ended; nothing where none came in time.
  local function take(due)
    while not key do
      local ends, at = call.within_limit(due)
      at = at or now()
      if ends <= at then
        if at >= due then return nil end
      else
        listens = true
        wait_for_keys(session, ends - at)
        listens = false
        call.alive()
      end
    end
    local taken = key
    key = nil
    return taken[1], taken[2]
  end

  local function judged(entry, text, cleared)
    if text == "" then return cleared == false and "back" or "empty" end
    if text == "0" and entry.person and entry.least > 1 then return "person" end
    if text:find("%D") then return "key" end
    return #text < entry.least and "too_short" or "done"
  end

  -- One entry: what stands after the last `*` counts.
  local function digits(entry)
    local text, count, cleared = "", 0, nil
    local due = now() + entry.first
    while true do
      local digit, at = take(due)
      if not digit and count == 0 then return "silence", "" end
      if not digit or digit == "#" then return judged(entry, text, cleared), text end
      count, due = count + 1, at + entry.inter
      if digit == "*" then
        cleared, text = text ~= "", ""
      else
        text = text .. digit
      end
      local full = #text >= entry.most
      if full or count >= MOST_KEYS then
        local outcome = judged(entry, text, cleared)
        -- An entry with a letter opens no window for a `#`.
        if full and outcome ~= "key" then window = at end
        return outcome, text
      end
    end
  end

  -- One choice: keys act at once where no longer option begins with them.
  local function options(entry)
    local text, due = "", now() + entry.first
    while true do
      local digit, at = take(due)
      if not digit and text == "" then return "silence" end
      if digit == "#" and text == "" and entry.skip and not skipped and not entry.keys["#"] then
        skipped, due = true, at + entry.first
      else
        local ends = not digit or (digit == "#" and text ~= "")
        if not ends then text, due = text .. digit, at + entry.inter end
        if ends or not entry.begins[text] then return entry.keys[text] and text or "key" end
      end
    end
  end

  -- One attempt: offers what was cued, reads keys. Gives the outcome and the digits that count.
  function input.collect(entry)
    if call.token ~= "" then call.use("telling")("offer", deaf, prompt) end
    local played = false
    input.settle()
    if #deaf > 0 then
      played = play(deaf, false)
      input.flush()
    end
    if #prompt > 0 then played = play(prompt, true) or played end
    if not played and #deaf + #prompt > 0 and not call.has_sounds() then return "error", "" end
    return (entry.keys and options or digits)(entry)
  end

  return input
end
