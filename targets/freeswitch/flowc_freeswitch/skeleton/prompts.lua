-- From a prompt to the sound keys that are heard now, in one language.
-- A key that the runtime gave is used only where it is one. Knows no session.
return function(call)
  local function is_sound(key)
    return key:find("^[%w_~.-][%w_~./-]*$") and not key:find("..", 1, true)
  end

  local function spell(found, variable, digits)
    local held = call.values[variable]
    if held == nil then return call.defect(variable .. " has no value") end
    if type(held) == "number" then held = ("%d"):format(held) end
    for digit in held:gmatch("%d") do found[#found + 1] = digits[digit] end
  end

  local function say_value(found, one)
    local ready = call.values[one[2] .. ".say." .. call.language]
    if ready then
      for key in tostring(ready):gmatch("[^&]+") do
        if is_sound(key) then found[#found + 1] = key end
      end
    elseif one[3] == "digits" then
      spell(found, one[2], call.release.digits[call.language])
    end
  end

  local function say_parts(found, parts)
    for _, one in ipairs(parts) do
      if type(one) == "string" then
        found[#found + 1] = call.language .. "/" .. one
      else
        say_value(found, one)
      end
    end
  end

  return function(prompt)
    local found = {}
    for _, phrase in ipairs(prompt) do
      if type(phrase) == "string" then
        found[#found + 1] = call.language .. "/" .. phrase
      elseif not phrase.when or call.value(phrase.when) ~= 0 then
        say_parts(found, phrase[call.language])
      end
    end
    return found
  end
end
