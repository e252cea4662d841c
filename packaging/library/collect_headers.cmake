# Writes the public headers, and what they include of ours, below `target`: <kreisel/client.hpp>
# stays what it is, client/session.hpp becomes <kreisel/client/session.hpp>. So no folder of ours
# lies in the way of a user's own client/session.hpp.
#
# Run by `cmake --install` with `source`, `target` and `public_headers` set.

cmake_policy(VERSION 3.25)
file(REMOVE_RECURSE "${target}")
set(waiting "${public_headers}")
set(seen "")
while(waiting)
  list(POP_FRONT waiting header)
  if(header IN_LIST seen)
    continue()
  endif()
  list(APPEND seen "${header}")
  file(READ "${source}/${header}" text)
  # Lists of CMake would break at what stands in brackets, so only the lines of includes are one.
  file(STRINGS "${source}/${header}" includes REGEX "^#include \"")
  foreach(line IN LISTS includes)
    string(REGEX REPLACE "^#include \"(.+)\".*" "\\1" included "${line}")
    list(APPEND waiting "${included}")
  endforeach()
  string(REGEX REPLACE "#include \"([^\"\n]+)\"" "#include <kreisel/\\1>" text "${text}")
  if(header MATCHES "/include/(kreisel/.+)$")
    set(place "${CMAKE_MATCH_1}")
  else()
    set(place "kreisel/${header}")
  endif()
  file(WRITE "${target}/${place}" "${text}")
endwhile()
