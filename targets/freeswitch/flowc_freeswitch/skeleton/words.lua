-- Values as text. Knows no call.
local words = {}

-- A number as the server and people write it: no exponent, no fraction.
function words.number(value) return ("%d"):format(value) end

-- Any value as text.
function words.text(value)
  if type(value) == "number" then return words.number(value) end
  return tostring(value)
end

-- A list of texts without spaces as one text, and back.
function words.list(items) return table.concat(items, " ") end

function words.items(text)
  local found = {}
  for item in (text or ""):gmatch("%S+") do found[#found + 1] = item end
  return found
end

return words
