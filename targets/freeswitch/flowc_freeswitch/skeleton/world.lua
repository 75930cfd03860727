-- What an expression may ask of the world: flags that somebody raised, the release's lists.
-- All of it is the server's own, so it is there with the runtime down.
return function(call)
  local world = {}

  -- Flags stand in the server's data base with the moment at which they fall.
  function world.flag(name)
    local falls = tonumber(call.api:execute("db", "select/flowc/flag." .. name) or "")
    return falls ~= nil and falls > call.moment()
  end

  function world.listed(word, name)
    if not word:find("^%+?%d+$") then return false end
    local file = assert(io.open(call.folder .. "/list_" .. name .. ".txt"))
    local found = file:read("*a"):find("\n" .. word .. "\n", 1, true) ~= nil
    file:close()
    return found
  end

  return world
end
