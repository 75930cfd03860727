-- What this server sees of a release, asked by a deploy as `lua <release>/scripts/held.lua`: one line
-- a file, its size, of scripts a checksum too, and what this server's Lua says against it. Knows no call.
local folder = argv[0]:match("^(.*)/scripts/[^/]*$")

-- Adler-32, since no Lua has a checksum of its own.
local function checksum(text)
  local low, high = 1, 0
  for index = 1, #text do
    low = (low + text:byte(index)) % 65521
    high = (high + low) % 65521
  end
  return ("%d"):format(high * 65536 + low)
end

local function tell(...) stream:write(table.concat({ ... }, "\t") .. "\n") end

-- What this Lua says against a script; one that is data must give it, too.
local function complaint(name)
  if not name:find("%.lua$") then return "" end
  local chunk, why = loadfile(folder .. "/" .. name)
  if not chunk then return (tostring(why):gsub("%c", " ")) end
  if not name:find("/flow_") then return "" end
  local done, held = pcall(chunk)
  if done and type(held) == "table" then return "" end
  return (tostring(held):gsub("%c", " "))
end

local function script(name)
  local file = assert(io.open(folder .. "/" .. name, "rb"))
  local text = file:read("*a")
  file:close()
  tell(name, ("%d"):format(#text), checksum(text), complaint(name))
end

local function sound(name, file)
  tell(name, ("%d"):format(file:seek("end")), "", "")
end

for line in io.lines(folder .. "/manifest.json") do
  local name = line:match('^"([^"]+)": "')
  local file = name and io.open(folder .. "/" .. name, "rb")
  if file and name:find("^scripts/") then
    script(name)
  elseif file then
    sound(name, file)
  elseif name then
    tell(name, "", "", "")
  end
  if file then file:close() end
end

local release = dofile(folder .. "/scripts/release.lua")
local probe = release.recordings .. "/.flowc-probe"
local file = io.open(probe, "wb")
if file then
  file:close()
  os.remove(probe)
end
tell("recordings", file and "1" or "", "", "")
tell("end", "", "", "")
