-- What a phone asks for when it has scanned a code, in turn; `wrk` gives the album's id and its largest range.
local paths = {}
local turn = 0

function init(arguments)
  local id, range = arguments[1], arguments[2]
  local album = "/objects/ar-storage/" .. id
  local version = album .. "/v1/"
  paths = {
    wrk.format("GET", "/ar/view/" .. id),
    wrk.format("GET", album .. "/index.html"),
    wrk.format("GET", version .. "targets.mind"),
    wrk.format("GET", version .. "video-0.mp4", { Range = "bytes=0-1" }),
    wrk.format("GET", version .. "video-0.mp4", { Range = "bytes=0-" .. range }),
  }
end

function request()
  turn = turn % #paths + 1
  return paths[turn]
end
