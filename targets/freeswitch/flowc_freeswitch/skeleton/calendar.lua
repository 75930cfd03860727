-- Dates as days and back, and the time in the project's zone. Knows no call.
return function()
  local floor = math.floor
  local calendar = {}

  -- Days since 1970 of a date, and back (the proleptic Gregorian calendar).
  function calendar.days_of(date)
    local year, month, day = floor(date / 10000), floor(date / 100) % 100, date % 100
    if month <= 2 then year = year - 1 end
    local era = floor(year / 400)
    local of_era = year - era * 400
    local of_year = floor((153 * (month + (month > 2 and -3 or 9)) + 2) / 5) + day - 1
    return era * 146097 + of_era * 365 + floor(of_era / 4) - floor(of_era / 100) + of_year - 719468
  end

  function calendar.date_of(days)
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

  -- Date, minute of the day and weekday (Monday is 1) of a moment in the project's zone.
  function calendar.local_time(moment, zone)
    local offset = zone[1]
    for index = 2, #zone do
      if moment >= zone[index][1] then offset = offset + zone[index][2] end
    end
    local seconds = moment + offset
    local days = floor(seconds / 86400)
    return calendar.date_of(days), floor((seconds - days * 86400) / 60), (days + 3) % 7 + 1
  end

  return calendar
end
