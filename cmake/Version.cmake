# Writes what `git describe` says into a C++ header, touching it only when that changed. Without git: "unknown".
# cmake -DSOURCE=… -DOUT=… [-DVERSION=…] -P Version.cmake
if("${VERSION}" STREQUAL "")
  execute_process(COMMAND git -C ${SOURCE} describe --tags --always --dirty OUTPUT_VARIABLE VERSION OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET
                  RESULT_VARIABLE failed)
  if(failed OR "${VERSION}" STREQUAL "")
    set(VERSION unknown)
  endif()
endif()
set(text "#define Q2O_VERSION \"${VERSION}\"\n")
set(before "")
if(EXISTS ${OUT})
  file(READ ${OUT} before)
endif()
if(NOT "${before}" STREQUAL "${text}")
  file(WRITE ${OUT} "${text}")
endif()
