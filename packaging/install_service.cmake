# The systemd unit and a first configuration, for the prefix that `cmake --install` was given. Run
# by it with `source`, `built`, `bin_folder`, `doc_folder` and `config_folder` set.
cmake_policy(VERSION 3.25)

# A folder of GNUInstallDirs as a whole path; below /usr, what is in etc is in /etc.
function(whole_path variable folder)
  if(CMAKE_INSTALL_PREFIX STREQUAL "/usr" AND folder MATCHES "^etc")
    set(folder "/${folder}")
  elseif(NOT IS_ABSOLUTE "${folder}")
    set(folder "${CMAKE_INSTALL_PREFIX}/${folder}")
  endif()
  set(${variable} "${folder}" PARENT_SCOPE)
endfunction()
whole_path(CMAKE_INSTALL_FULL_BINDIR "${bin_folder}")
whole_path(CMAKE_INSTALL_FULL_DOCDIR "${doc_folder}")
whole_path(CMAKE_INSTALL_FULL_SYSCONFDIR "${config_folder}")

configure_file("${source}/packaging/kreisel.service.in" "${built}/kreisel.service" @ONLY)
file(INSTALL "${built}/kreisel.service" DESTINATION "${CMAKE_INSTALL_PREFIX}/lib/systemd/system")
# An operator's own file is never replaced.
set(file "$ENV{DESTDIR}${CMAKE_INSTALL_FULL_SYSCONFDIR}/kreisel/realms.yaml")
if(NOT EXISTS "${file}")
  message(STATUS "Installing: ${file}")
  configure_file("${source}/realms.yaml" "${file}" COPYONLY)
endif()
