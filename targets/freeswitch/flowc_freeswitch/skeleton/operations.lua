-- Operations that few calls come to. What each means is said by `flowc.graph.operations`.
return function(call)
  local does = {}

  function does.flush() call.input.flush() end

  function does.clock()
    local date, minute, weekday = call.use("calendar").local_time(call.moment(), call.release.zone)
    call.set("clock.date", date)
    call.set("clock.minute", minute)
    call.set("clock.weekday", weekday)
  end

  function does.language(one)
    call.language = one[2]
    call.set("call.language", one[2])
  end

  function does.forget(one)
    local own, kept = {}, {}
    for place = 2, #one do own[one[place]] = true end
    for _, menu in ipairs(call.remembered) do
      if not own[menu:match("^[^.]+")] then kept[#kept + 1] = menu end
    end
    call.remembered = kept
  end

  function does.invoke(one)
    call.steps = 0
    call.use("runtime").invoke(one)
  end

  function does.enqueue(one)
    call.steps = 0
    call.save()
    if call.use("people").enqueue(one) then error(call.LEFT, 0) end
  end

  function does.dial(one)
    call.steps = 0
    call.use("people").dial(one)
  end

  function does.record(one)
    call.steps = 0
    call.use("people").record(one)
  end

  return does
end
