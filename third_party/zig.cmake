# The toolchain: zig's clang for the target that scripts/prebuild/build.sh names
# in the environment, where CMake's own trial projects see it as well.
#
#   PREBUILD_TARGET   linux-x64, linux-arm64-musl, darwin-arm64, …
#   PREBUILD_ZIG      the zig binary
#   PREBUILD_ROOT     the repository
#   PREBUILD_SOURCES  the unpacked crates

set(target $ENV{PREBUILD_TARGET})
if(target MATCHES "-x64")
  set(CMAKE_SYSTEM_PROCESSOR x86_64)
elseif(target MATCHES "-arm64")
  set(CMAKE_SYSTEM_PROCESSOR aarch64)
else()
  message(FATAL_ERROR "no such target: ${target}")
endif()

# glibc 2.28 is what Node 20's own binaries need; macOS 11 likewise for arm64.
if(target MATCHES "^darwin-")
  set(CMAKE_SYSTEM_NAME Darwin)
  set(triple ${CMAKE_SYSTEM_PROCESSOR}-macos.11.0)
elseif(target MATCHES "-musl$")
  set(CMAKE_SYSTEM_NAME Linux)
  set(triple ${CMAKE_SYSTEM_PROCESSOR}-linux-musl)
else()
  set(CMAKE_SYSTEM_NAME Linux)
  set(triple ${CMAKE_SYSTEM_PROCESSOR}-linux-gnu.2.28)
endif()

set(CMAKE_BUILD_TYPE Release CACHE STRING "-O3 -DNDEBUG")
set(zig $ENV{PREBUILD_ZIG})
set(CMAKE_C_COMPILER ${zig} cc -target ${triple})
set(CMAKE_CXX_COMPILER ${zig} c++ -target ${triple})
set(CMAKE_ASM_COMPILER ${zig} cc -target ${triple})

# AWS-LC's C++ uses no C++ library. CMake would try one out, and so compile it.
set(CMAKE_CXX_COMPILER_FORCED TRUE)

# CMake takes the archiver as one word, and zig's is a subcommand.
set(CMAKE_AR ${zig})
set(CMAKE_RANLIB ${zig})
foreach(language C CXX ASM)
  set(CMAKE_${language}_ARCHIVE_CREATE "<CMAKE_AR> ar qc <TARGET> <OBJECTS>")
  set(CMAKE_${language}_ARCHIVE_APPEND "<CMAKE_AR> ar q <TARGET> <OBJECTS>")
  set(CMAKE_${language}_ARCHIVE_FINISH "<CMAKE_RANLIB> ranlib <TARGET>")
endforeach()

# No folder of the build machine may be found, nor be left in a binary.
set(CMAKE_FIND_ROOT_PATH $ENV{PREBUILD_SOURCES})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(
  flags
  -g0
  -fPIC
  -fvisibility=hidden
  -ffunction-sections
  -fdata-sections
  -fno-sanitize=all
  -ffile-prefix-map=$ENV{PREBUILD_SOURCES}=/sources
  -ffile-prefix-map=$ENV{PREBUILD_ROOT}=/addon
)
# zig's linker for Mach-O knows no LTO.
if(CMAKE_SYSTEM_NAME STREQUAL Linux)
  list(APPEND flags -flto)
endif()
list(JOIN flags " " flags)
foreach(language C CXX ASM)
  set(CMAKE_${language}_FLAGS_INIT "${flags}")
endforeach()
