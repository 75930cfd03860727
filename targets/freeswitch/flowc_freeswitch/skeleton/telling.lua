-- What the lab's calls say of themselves and are told: the headers of a test, and an event a step.
-- In production it is loaded just for a call on which the server's own dialplan has set a token.
local MOST_TOKEN = 64 -- signs that the runtime takes

return function(call)
  local words, session = call.words, call.session

  local function variable(name, signs)
    return ((session:getVariable(name) or ""):gsub("[^" .. signs .. "]", ""))
  end

  local function header(name, signs) return variable("sip_h_X-Flowc-" .. name, signs) end

  -- What the call says of itself as it begins; strangers are not listened to.
  local function obey()
    call.told = 0
    call.token = variable("flowc_token", "%w_"):sub(1, MOST_TOKEN)
    if call.entry ~= "lab" then return end
    call.token = header("Token", "%w_"):sub(1, MOST_TOKEN)
    call.offset = tonumber(header("Offset", "%d-")) or 0
    call.line = header("Line", "%d")
    local language = header("Language", "%w-")
    for _, known in ipairs(call.release.languages) do
      if known == language then call.language = known end
    end
  end

  local function body(step, ...)
    if step == "over" then return call.values end
    local found = {}
    for place, item in ipairs({ ... }) do
      found[words.number(place)] = type(item) == "table" and words.list(item) or item
    end
    return found
  end

  local function tell(step, ...)
    call.told = call.told + 1
    local event = freeswitch.Event("custom", "flowc::trace")
    event:addHeader("Flowc-Token", call.token)
    event:addHeader("Flowc-Place", words.number(call.told))
    event:addHeader("Flowc-At", words.number(call.zero and call.now() - call.zero or 0))
    event:addHeader("Flowc-Step", step)
    event:addBody(words.join(body(step, ...)))
    event:fire()
  end

  -- An input's offer, if it holds anything.
  local function offer(deaf, prompt)
    local files = {}
    for _, file in ipairs(deaf) do files[#files + 1] = file end
    for _, file in ipairs(prompt) do files[#files + 1] = file end
    if #files > 0 then tell("offered", files) end
  end

  return function(step, ...)
    if step == "offer" then
      offer(...)
    elseif step then
      tell(step, ...)
    else
      obey()
    end
  end
end
