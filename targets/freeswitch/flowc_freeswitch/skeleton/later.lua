-- What runs of a call after its first script: the flow's rest after an agent's talk, and what is to be
-- done when the call has ended.
return function(call)
  local later, state = {}, call.use("state")

  -- The block where the flow goes on, or nothing where there was nothing to go on with.
  function later.resume()
    if not state.load() then return nil end
    if not call.queued then
      -- The script before this one broke where nothing could be caught.
      call.go_on()
      return call.way_out("the script ended in the middle")
    end
    call.queued = false
    call.go_on()
    call.input.flush()
    call.ended("after_agent")
    local flow, rest = call.block:match("^([^.]+)%.(.+)$")
    return call.leave(call.flow(flow)[rest])
  end

  function later.hung_up()
    if not state.load() then return end
    call.limit_at = false
    call.tell("hungup", call.by)
    local handler = call.release.on_hangup
    if handler then
      local at, by, before = call.block, call.by, #call.marks
      if call.wordless then call.assign(call.wordless, nil) end -- a recording without a word
      local done, why = pcall(call.walk, handler)
      if not done then call.defect(tostring(why)) end
      call.by = by -- a handler ends as a flow does
      if #call.marks > before then call.use("record")(at) end
    end
    call.tell("over")
  end

  return later
end
