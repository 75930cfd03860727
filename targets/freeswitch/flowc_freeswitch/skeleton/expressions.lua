-- The value of a checked expression, which is data: a number, a text, or {operation, operands...}.
-- The meaning is that of `flowc.expression.evaluate`. Where a value is missing or no number can be
-- told, which the compiler proves away, the call goes on with 0 or "" and the log says so.
-- Knows no session; asks the call for its variables. The rarer functions are in `functions`.
local MOST = 999999999999999

return function(call)
  local value
  local does = call.with_more({}, "functions")

  local function truth(one) return one and 1 or 0 end
  local function holds(one) return value(one) ~= 0 end

  local function bounded(number)
    if number <= MOST and number >= -MOST then return number end
    call.defect("a number has more than 15 digits")
    return number < 0 and -MOST or MOST
  end

  local function read(name, kind, nothing)
    local held = call.values[name]
    if type(held) == kind then return held end
    if name ~= "call.from" then call.defect(name .. " has no value") end
    return nothing
  end

  does["n"] = function(one) return read(one[2], "number", 0) end
  does["s"] = function(one) return read(one[2], "string", "") end
  does["set"] = function(one) return truth(call.values[one[2]] ~= nil) end
  does["not"] = function(one) return truth(not holds(one[2])) end
  does["and"] = function(one) return truth(holds(one[2]) and holds(one[3])) end
  does["or"] = function(one) return truth(holds(one[2]) or holds(one[3])) end
  does["if"] = function(one) return value(holds(one[2]) and one[3] or one[4]) end
  does["=="] = function(one) return truth(value(one[2]) == value(one[3])) end
  does["!="] = function(one) return truth(value(one[2]) ~= value(one[3])) end
  does["<"] = function(one) return truth(value(one[2]) < value(one[3])) end
  does["<="] = function(one) return truth(value(one[2]) <= value(one[3])) end
  does[">"] = function(one) return truth(value(one[2]) > value(one[3])) end
  does[">="] = function(one) return truth(value(one[2]) >= value(one[3])) end
  does["+"] = function(one) return bounded(value(one[2]) + value(one[3])) end
  does["-"] = function(one) return bounded(value(one[2]) - value(one[3])) end
  does["*"] = function(one) return bounded(value(one[2]) * value(one[3])) end

  does["starts"] = function(one)
    local start = value(one[3])
    return truth(value(one[2]):sub(1, #start) == start)
  end

  function value(one)
    if type(one) ~= "table" then return one end
    return does[one[1]](one)
  end
  return value
end
