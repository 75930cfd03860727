-- The functions of expressions that few flows use: on texts, dates, the clock, flags and lists.
-- Knows no session; asks the call for its clock, its lists and flags.
local MOST = 999999999999999

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

return function(call)
  local value, calendar, world = call.value, call.with_more({}, "calendar"), call.with_more({}, "world")
  local does = {}

  local function truth(one) return one and 1 or 0 end
  local function holds(one) return value(one) ~= 0 end
  local function days(one) return calendar.days_of(value(one)) end

  -- A number of at most 15 digits.
  function does.bounded(number)
    if number <= MOST and number >= -MOST then return number end
    call.defect("a number has more than 15 digits")
    return number < 0 and -MOST or MOST
  end

  does["or"] = function(one) return truth(holds(one[2]) or holds(one[3])) end
  does["if"] = function(one) return value(holds(one[2]) and one[3] or one[4]) end
  does["!="] = function(one) return truth(value(one[2]) ~= value(one[3])) end
  does["<"] = function(one) return truth(value(one[2]) < value(one[3])) end
  does["<="] = function(one) return truth(value(one[2]) <= value(one[3])) end
  does[">="] = function(one) return truth(value(one[2]) >= value(one[3])) end
  does["-"] = function(one) return does.bounded(value(one[2]) - value(one[3])) end
  does["*"] = function(one) return does.bounded(value(one[2]) * value(one[3])) end

  does["in"] = function(one)
    local wanted = value(one[2])
    for index = 3, #one do
      if wanted == value(one[index]) then return 1 end
    end
    return 0
  end

  does["days"] = function(one) return days(one[2]) - days(one[3]) end
  does["later"] = function(one) return calendar.date_of(days(one[2]) + value(one[3])) end
  does["earlier"] = function(one) return calendar.date_of(days(one[2]) - value(one[3])) end
  does["today"] = function() return (calendar.local_time(call.moment(), call.release.zone)) end
  does["now"] = function() return call.moment() end
  does["flag"] = function(one) return truth(world.flag(one[2])) end
  does["listed"] = function(one) return truth(world.listed(value(one[2]), one[3])) end

  does["len"] = function(one) -- characters, not bytes
    local _, count = value(one[2]):gsub("[^\128-\191]", "")
    return count
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

  return does
end
