-- What a call knows, kept in the server's memory under the call's id while no script of it runs:
-- during an agent's talk, and from the end of the script to the end of the call. Taken out once.
return function(call)
  local words, api = call.words, call.api
  local uuid = call.ending and env:getHeader("Unique-ID") or call.session:get_uuid()
  local place = "flowc/" .. uuid
  local state = {}

  function state.save(kept)
    for name, held in pairs(call.values) do kept["v." .. name] = held end
    api:execute("hash", "insert/" .. place .. "/" .. words.join(kept))
  end

  -- What was kept, the variables of the call filled; nothing where nothing was.
  function state.load()
    local line = api:execute("hash", "select/" .. place) or ""
    if line == "" or line:sub(1, 1) == "-" then return nil end
    api:execute("hash", "delete/" .. place)
    local kept = {}
    for name, held in pairs(words.split(line)) do
      local variable = name:match("^v%.(.*)$")
      if variable then call.values[variable] = held else kept[name] = held end
    end
    return kept
  end

  return state
end
