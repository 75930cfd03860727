-- Into another flow and back: the exits that few blocks have.
return function(call)
  local exits = {}

  exits["call"] = function(one)
    call.set("return." .. one[2], one[4])
    return one[3]
  end

  exits["return"] = function(one)
    local register = "return." .. one[2]
    local site = call.values[register]
    call.set(register, nil)
    if site == nil then return one[4] end
    return call.flow(one[2])["~returns"][site][one[3]]
  end

  function exits.back(one) return table.remove(call.remembered) or one[2] end

  return exits
end
