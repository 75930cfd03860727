-- What few calls need of the call itself: a log, a way out, time that stands still.
return function(call)
  local seldom = { words = call.use("words") }

  -- A line of the log begins with what `flowc where` takes: release and node, then the block.
  function seldom.log(level, what)
    local place = (call.block or "call"):gsub("%.([^.]*)$", ",%1")
    local line = "fl-" .. call.release.id .. "." .. place .. ": " .. what .. "\n"
    if call.ending then freeswitch.consoleLog(level, line) else call.session:consoleLog(level, line) end
  end

  function seldom.defect(what) call.log("err", what) end

  -- A value that should be there and is not: something stands in for it.
  function seldom.lacks(name, nothing)
    if name ~= "call.from" then call.defect(name .. " has no value") end
    return nothing
  end

  -- A sound that is missing is skipped; where there are none at all, nobody can be asked anything.
  function seldom.has_sounds()
    local sounds = io.open(call.release.sounds)
    if sounds then sounds:close() end
    return sounds ~= nil
  end

  -- Told is what happens in calls that bear a token: those of tests, and of whoever sets one on a call.
  function seldom.tell(...)
    if call.token ~= "" then call.use("telling")(...) end
  end

  -- Seconds since 1970, as the call takes it: tests set a clock of their own.
  function seldom.moment() return os.time() + call.offset end

  function seldom.set(name, held)
    if held == "" then held = nil end
    call.values[name] = held
  end

  -- As `alive`, where the server was asked something that is no media: only media notices a hang-up.
  function seldom.still_there()
    call.session:sleep(0)
    call.alive()
  end

  -- The call's own time stands still in queues and lines.
  function seldom.stand_still()
    if call.limit_at then call.limit_left = call.limit_at - call.now() end
    call.limit_at = false
  end

  function seldom.go_on()
    if call.limit_left then call.limit_at = call.now() + call.limit_left end
  end

  -- The call's limit, or a defect of ours: the way out, which is taken once and has a time of its own.
  function seldom.way_out(why)
    call.limit_at, call.limit_left = false, false
    if why ~= call.LIMIT then call.defect(tostring(why)) end
    if call.release.limit_to and not call.way_out_taken then
      call.way_out_taken = true
      call.limit_at = call.now() + call.release.way_out * 1000
      return call.release.limit_to
    end
    call.by, call.cause = "limit", 16
    return nil
  end

  -- Keep what another script needs to go on with the call, and have it taken away at the call's end.
  function seldom.save() call.use("state").save() end

  return seldom
end
