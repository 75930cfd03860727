-- The value of a checked expression, which is data: a number, a text, or {operation, operands...}.
-- The meaning is that of `flowc.expression.evaluate`. Where a value is missing or no number can be
-- told, which the compiler proves away, the call goes on with 0 or "" and the log says so.
-- Knows no session; asks the call for its variables, its clock, its lists and flags.
local MOST = 999999999999999
local floor = math.floor
local expressions = {}

-- Days since 1970 of a date, and back (the proleptic Gregorian calendar).
local function days_of(date)
  local year, month, day = floor(date / 10000), floor(date / 100) % 100, date % 100
  if month <= 2 then year = year - 1 end
  local era = floor(year / 400)
  local of_era = year - era * 400
  local of_year = floor((153 * (month + (month > 2 and -3 or 9)) + 2) / 5) + day - 1
  return era * 146097 + of_era * 365 + floor(of_era / 4) - floor(of_era / 100) + of_year - 719468
end

local function date_of(days)
  days = days + 719468
  local era = floor(days / 146097)
  local of_era = days - era * 146097
  local years = floor((of_era - floor(of_era / 1460) + floor(of_era / 36524) - floor(of_era / 146096)) / 365)
  local of_year = of_era - (365 * years + floor(years / 4) - floor(years / 100))
  local shifted = floor((5 * of_year + 2) / 153)
  local month = shifted + (shifted < 10 and 3 or -9)
  local year = years + era * 400 + (month <= 2 and 1 or 0)
  return year * 10000 + month * 100 + of_year - floor((153 * shifted + 2) / 5) + 1
end

local function luhn(digits)
  if not digits:find("^%d+$") then return false end
  local sum = 0
  for place = 1, #digits do
    local digit = tonumber(digits:sub(-place, -place))
    if place % 2 == 0 then digit = digit * 2 - (digit > 4 and 9 or 0) end
    sum = sum + digit
  end
  return sum % 10 == 0
end

-- Date, minute of the day and weekday (Monday is 1) of a moment in the project's zone.
function expressions.local_time(moment, zone)
  local offset = zone[1]
  for index = 2, #zone do
    if moment >= zone[index][1] then offset = offset + zone[index][2] end
  end
  local seconds = moment + offset
  local days = floor(seconds / 86400)
  return date_of(days), floor((seconds - days * 86400) / 60), (days + 3) % 7 + 1
end

-- The function that gives an expression's value in this call.
function expressions.of(call)
  local value
  local does = {}

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
  does["in"] = function(one)
    local wanted = value(one[2])
    for index = 3, #one do
      if wanted == value(one[index]) then return 1 end
    end
    return 0
  end
  does["days"] = function(one) return days_of(value(one[2])) - days_of(value(one[3])) end
  does["later"] = function(one) return date_of(days_of(value(one[2])) + value(one[3])) end
  does["earlier"] = function(one) return date_of(days_of(value(one[2])) - value(one[3])) end
  does["today"] = function() return (expressions.local_time(call.moment(), call.release.zone)) end
  does["now"] = function() return call.moment() end
  does["flag"] = function(one) return truth(call.flag(one[2])) end
  does["listed"] = function(one) return truth(call.listed(value(one[2]), one[3])) end
  does["len"] = function(one) -- characters, not bytes
    local _, count = value(one[2]):gsub("[^\128-\191]", "")
    return count
  end
  does["starts"] = function(one)
    local start = value(one[3])
    return truth(value(one[2]):sub(1, #start) == start)
  end
  does["ends"] = function(one)
    local word, ending = value(one[2]), value(one[3])
    return truth(ending == "" or word:sub(-#ending) == ending)
  end
  does["luhn"] = function(one) return truth(luhn(value(one[2]))) end
  does["like"] = function(one) return truth(value(one[2]):find(one[3]) ~= nil) end
  does["number"] = function(one)
    local digits = value(one[2])
    if digits:find("^%d+$") and #digits <= 15 then return tonumber(digits) end
    call.defect("these digits are no number")
    return 0
  end

  function value(one)
    if type(one) ~= "table" then return one end
    return does[one[1]](one)
  end
  return value
end

return expressions
