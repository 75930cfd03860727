-- What a call knows, kept in the server's memory under the call's id while no script of it runs:
-- during an agent's talk, and from the end of the script to the end of the call. Taken out once.
return function(call)
  local words, api = call.words, call.api
  local uuid = call.ending and env:getHeader("Unique-ID") or call.session:get_uuid()
  local place = "flowc/" .. uuid
  local state = {}

  -- At the end of the call the interpreter runs once more, and takes away what was kept. Applications
  -- in the dialplan would cost each call ten times as much as variables that are set here.
  function state.look_after()
    call.session:setVariable("session_in_hangup_hook", "true")
    call.session:setVariable("api_hangup_hook", "lua " .. argv[0] .. " hangup")
  end

  local LISTS = { "marks", "remembered", "kept_lead", "lead" }
  local FIELDS = {
    "language", "block", "by", "limit_left", "zero", "told", "token", "line", "offset", "joins",
    "recordings", "asked", "queued", "wordless",
  }

  function state.save()
    state.look_after()
    if call.limit_at then call.limit_left = call.limit_at - call.now() end
    local kept = { way_out_taken = call.way_out_taken and 1 or nil }
    for _, name in ipairs(FIELDS) do kept[name] = call[name] or nil end
    for _, name in ipairs(LISTS) do kept[name] = words.list(call[name]) end
    for name, held in pairs(call.values) do kept["v." .. name] = held end
    api:execute("hash", "insert/" .. place .. "/" .. words.join(kept))
  end

  -- Whether there was anything to go on with.
  function state.load()
    local line = api:execute("hash", "select/" .. place) or ""
    if line == "" or line:sub(1, 1) == "-" then return false end
    api:execute("hash", "delete/" .. place)
    call.limit_left = false
    for name, held in pairs(words.split(line)) do
      local variable = name:match("^v%.(.*)$")
      if variable then call.values[variable] = held else call[name] = held end
    end
    for _, name in ipairs(LISTS) do call[name] = words.items(call[name]) end
    for _, name in ipairs(call.marks) do call.marked[name] = true end
    return true
  end

  return state
end
