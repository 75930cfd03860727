-- The call's record as it stands now, in a variable for whatever the server has write one at the end:
-- the release, who ended it, the last node, the number dialled, the caller's number by its ends, the
-- marks. The same line on every server.
return function(call)
  return function(block)
    local dialled, from = call.values["call.to"], call.values["call.from"] or ""
    if not dialled then return end -- nothing is known of the call, so nothing is to be told anew
    local by = call.by
    if by == "flow" and call.way_out_taken then by = "limit" end
    local node = (block or ""):match("^[^.]+%.[^.]+") or ""
    from = #from > 7 and from:sub(1, 3) .. "****" .. from:sub(-4) or "withheld"
    local told = { call.release.id, "by=" .. by, "at=" .. node, "to=" .. dialled, "from=" .. from }
    for _, mark in ipairs(call.marks) do told[#told + 1] = mark end
    call.session:setVariable("flowc_record", table.concat(told, " "))
  end
end
