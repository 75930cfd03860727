-- The value of a checked expression, which is data: a number, a text, or {operation, operands...}.
-- The meaning is that of `flowc.expression.evaluate`. Where a value is missing or no number can be
-- told, which the compiler proves away, the call goes on with 0 or "" and the log says so.
-- Knows no session; asks the call for its variables. All but the commonest are in `functions`.
return function(call)
  local values, value = call.values, nil
  local does = call.with_more({}, "functions")

  does["n"] = function(one)
    local held = values[one[2]]
    return type(held) == "number" and held or call.lacks(one[2], 0)
  end
  does["s"] = function(one)
    local held = values[one[2]]
    return type(held) == "string" and held or call.lacks(one[2], "")
  end
  does["set"] = function(one) return values[one[2]] ~= nil and 1 or 0 end
  does["not"] = function(one) return value(one[2]) == 0 and 1 or 0 end
  does["and"] = function(one) return value(one[2]) ~= 0 and value(one[3]) ~= 0 and 1 or 0 end
  does["=="] = function(one) return value(one[2]) == value(one[3]) and 1 or 0 end
  does[">"] = function(one) return value(one[2]) > value(one[3]) and 1 or 0 end
  does["starts"] = function(one)
    local start = value(one[3])
    return value(one[2]):sub(1, #start) == start and 1 or 0
  end
  does["+"] = function(one)
    local sum = value(one[2]) + value(one[3])
    return sum <= 999999999999999 and sum >= -999999999999999 and sum or does.bounded(sum)
  end

  function value(one)
    if type(one) ~= "table" then return one end
    return does[one[1]](one)
  end
  return value
end
