-- Values as text, and what crosses from one script to another, and to the runtime: names and values as
-- one line. Nothing of it is ever read as code; every sign beyond letters, digits and `_.~-` is written %xx.
return function()
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

  local function escaped(text)
    return (text:gsub("[^%w_.~-]", function(sign) return ("%%%02x"):format(sign:byte()) end))
  end

  local function plain(text)
    return (text:gsub("%%(%x%x)", function(code) return string.char(tonumber(code, 16)) end))
  end

  -- `name=n12&name=sabc` of a table of numbers and texts, sorted so that it is the same each time.
  function words.join(held)
    local found = {}
    for name, value in pairs(held) do
      local sign = type(value) == "number" and "n" or "s"
      found[#found + 1] = escaped(name) .. "=" .. sign .. escaped(words.text(value))
    end
    table.sort(found)
    return table.concat(found, "&")
  end

  -- The reverse of `join`; what is not of its form is left out.
  function words.split(line)
    local held = {}
    for name, sign, value in line:gmatch("([^&=]+)=([ns])([^&]*)") do
      value = plain(value)
      if sign == "s" then
        held[plain(name)] = value
      elseif value:find("^%-?%d+$") and #value <= 16 then
        held[plain(name)] = tonumber(value)
      end
    end
    return held
  end

  return words
end
