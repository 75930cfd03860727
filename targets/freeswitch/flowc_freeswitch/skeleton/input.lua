-- What a caller hears and presses: sounds in order, barge-in, the two timers, skip, the late `#`.
-- One input callback serves the whole call. Follows `flowc.machine.listening` and `.entry`.
-- Knows no blocks.
local WINDOW = 1000 -- ms for the `#` that is pressed after an entry was already full
local MOST_KEYS = 64
local FRAME = 20 -- ms; a flush reads what has arrived up to now

return function(call)
  local session, now = call.session, call.now
  local input = {}
  local key, window            -- a key taken and not yet read; when the last full entry ended
  local listens = false        -- else keys are dropped
  local ends_with, ended_by_key -- while recording: the key that ends it, and whether it did
  local deaf, prompt, skipped = {}, nil, false
  input.event = nil            -- what takes an event that comes for this call

  -- The callback's name is global: the server knows it by that.
  function flowc_input(_, kind, what)
    if kind == "event" then return input.event and input.event(what) or nil end
    if kind ~= "dtmf" then return nil end
    if ends_with then
      ended_by_key = ended_by_key or what.digit == ends_with
      return ended_by_key and "break" or nil
    end
    if not listens then return nil end
    local opened, at = window, now()
    window = nil -- the first key that an input reads closes the window
    if opened and what.digit == "#" and at - opened < WINDOW then return nil end
    key = { what.digit, at }
    return "break"
  end

  function input.begin() session:setInputCallback("flowc_input", "") end

  -- Drop the keys that were pressed up to now; the window for a `#` stays open.
  function input.flush()
    key = nil
    session:collectDigits(FRAME)
    session:flushDigits()
    call.alive()
  end

  local function stream(file)
    local done = session:streamFile(call.release.sounds .. "/" .. file .. ".wav")
    call.alive()
    return done ~= 0
  end

  -- Say sounds; where they can be cut, a key does. Whether any of them could be played.
  local function play(files, cuts)
    local played = #files == 0
    for index = 1, #files do
      if key then return true end
      call.within_limit()
      listens = cuts
      local done = stream(files[index])
      listens = false
      played = played or done or key ~= nil
    end
    return played
  end

  -- Say a prompt whole. Keys pressed meanwhile are dropped.
  function input.say(files)
    if #files == 0 then return end
    call.tell("offered", files)
    play(files, false)
    input.flush()
  end

  -- Wait until a moment, or until an event of this call.
  function input.wait(milliseconds)
    session:collectDigits(milliseconds)
    call.alive()
  end

  function input.cue(first, then_)
    deaf, prompt, skipped = first, then_, false
  end

  -- The next key and when it ended; nothing where none came in time.
  local function take(due)
    while not key do
      local left = call.within_limit(due) - now()
      if left <= 0 then
        if now() >= due then return nil end
      else
        listens = true
        session:collectDigits(left)
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

  -- A sound that is missing is skipped; where there are none at all, nobody can be asked anything.
  local function has_sounds()
    local folder = io.open(call.release.sounds)
    if folder then folder:close() end
    return folder ~= nil
  end

  -- One attempt: offers what was cued, reads keys. Gives the outcome and the digits that count.
  function input.collect(entry)
    local offer = {}
    for _, file in ipairs(deaf) do offer[#offer + 1] = file end
    for _, file in ipairs(prompt) do offer[#offer + 1] = file end
    if #offer > 0 then call.tell("offered", offer) end
    local played = false
    if #deaf > 0 then
      played = play(deaf, false)
      input.flush()
    end
    if #prompt > 0 then played = play(prompt, true) or played end
    if #offer > 0 and not played and not has_sounds() then return "error", "" end
    if entry.keys then return options(entry) end
    return digits(entry)
  end

  -- Record after a tone; what ended it: `key`, `silence`, `time`, or `fault` where the server stopped
  -- before any of these, as it does when it can't write.
  function input.record(file, most, silence, end_key)
    session:streamFile("tone_stream://%(250,0,1000)")
    call.alive()
    local begun = now()
    ends_with, ended_by_key = end_key, false
    session:setVariable("silence_hits_exhausted", "")
    session:recordFile(file, most, call.release.silence, silence)
    ends_with = nil
    call.alive()
    local ended = "fault"
    if ended_by_key then
      ended = "key"
    elseif session:getVariable("silence_hits_exhausted") == "true" then
      ended = "silence"
    elseif now() - begun >= most * 1000 - FRAME then
      ended = "time"
    end
    input.flush()
    return ended
  end

  return input
end
