# What every target of the project shares: warnings as errors, ccache, mold, sanitizers, precompiled headers, embedded files.
include(GoogleTest)

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
add_link_options(-fuse-ld=mold)

find_package(Threads REQUIRED)
find_package(Protobuf REQUIRED)
find_package(gRPC CONFIG REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED)
find_package(simdjson CONFIG REQUIRED)
find_package(fmt REQUIRED)
find_package(CURL REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(GTest REQUIRED)
find_package(mimalloc REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(PQXX REQUIRED IMPORTED_TARGET libpqxx)
pkg_check_modules(RDKAFKA REQUIRED IMPORTED_TARGET rdkafka)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(IDN2 REQUIRED IMPORTED_TARGET libidn2)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(TOMLPP REQUIRED IMPORTED_TARGET tomlplusplus)

add_library(q2o_options INTERFACE)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(q2o_options INTERFACE -fpch-preprocess -Wall -Wextra -Wconversion -Wshadow -Werror -fstack-protector-strong)
endif()
target_compile_definitions(q2o_options INTERFACE _GLIBCXX_ASSERTIONS)
target_include_directories(q2o_options INTERFACE ${CMAKE_SOURCE_DIR}/libs ${CMAKE_SOURCE_DIR})
# clang makes the fuzzers and the ASan build: g++ decides what is a warning.
# False alarms of an optimizing g++ 12: optional taken for uninitialized (GCC 80635), string + literal out of bounds (GCC 105651, 105329).
set(q2o_false_alarms)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  set(q2o_false_alarms -Wno-maybe-uninitialized -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread)
endif()
target_compile_options(q2o_options INTERFACE "$<$<NOT:$<CONFIG:Debug>>:${q2o_false_alarms}>")
if(Q2O_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(Q2O_SANITIZE STREQUAL "address")
  target_compile_options(q2o_options INTERFACE ${q2o_false_alarms})
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
elseif(Q2O_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer)
  add_link_options(-fsanitize=thread)
endif()

# q2o_library(NAME sources… LINK libs…): a static library with our options and the shared precompiled header.
function(q2o_library name)
  cmake_parse_arguments(ARG "NO_PCH" "" "LINK;PUBLIC_LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PUBLIC q2o_options ${ARG_PUBLIC_LINK} ${ARG_LINK})
  if(NOT ARG_NO_PCH)
    target_precompile_headers(${name} REUSE_FROM q2o_pch)
    target_link_libraries(${name} PUBLIC q2o_pch)
  endif()
endfunction()

# q2o_bound_early(TARGET): its functions are never replaced when a program is loaded, although -fPIC would permit that, so that calls
# within a file may be inlined. For what works on every record.
function(q2o_bound_early name)
  target_compile_options(${name} PRIVATE -fno-semantic-interposition)
endfunction()

# Linked by programs that get and give back memory for every record; sanitizers and fuzzers bring an allocator of their own.
add_library(q2o_allocator INTERFACE)
if(Q2O_SANITIZE STREQUAL "" AND NOT Q2O_FUZZ)
  target_link_libraries(q2o_allocator INTERFACE mimalloc)
endif()

# One target per kind of test, so that a sanitizer build makes only what it runs.
foreach(label unit contract integration)
  add_custom_target(q2o_${label}_tests)
endforeach()

# q2o_test(NAME sources… LINK libs…): a GoogleTest binary; every TEST is a ctest case, label = unit unless LABEL says otherwise.
function(q2o_test name)
  cmake_parse_arguments(ARG "" "LABEL" "LINK" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE q2o_options q2o_pch_test ${ARG_LINK} GTest::gmock GTest::gtest_main)
  target_precompile_headers(${name} REUSE_FROM q2o_pch_test)
  target_compile_definitions(${name} PRIVATE Q2O_SOURCE_DIR="${CMAKE_SOURCE_DIR}" Q2O_BINARY_DIR="${CMAKE_BINARY_DIR}")
  if(NOT ARG_LABEL)
    set(ARG_LABEL unit)
  endif()
  add_dependencies(q2o_${ARG_LABEL}_tests ${name})
  # One ctest case per binary: fixtures (Postgres, Kafka) start once per binary.
  add_test(NAME ${name} COMMAND ${name} --gtest_output=xml:${CMAKE_BINARY_DIR}/test-results/${name}.xml)
  set_tests_properties(${name} PROPERTIES LABELS ${ARG_LABEL} TIMEOUT 600 WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
endfunction()

# q2o_embed(TARGET NAMESPACE files…): makes embedded/NAMESPACE.h with `inline constexpr File kFiles[]{{name, text}, …}`.
function(q2o_embed target namespace)
  set(out ${CMAKE_BINARY_DIR}/embedded/${target}/embedded/${namespace}.h)
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DNAMESPACE=${namespace} "-DFILES=${ARGN}" -P ${CMAKE_SOURCE_DIR}/cmake/Embed.cmake
    DEPENDS ${ARGN} ${CMAKE_SOURCE_DIR}/cmake/Embed.cmake VERBATIM)
  target_sources(${target} PRIVATE ${out})
  target_include_directories(${target} PUBLIC ${CMAKE_BINARY_DIR}/embedded/${target})
endfunction()

# q2o_embed_schema(TARGET NAMESPACE): every numbered file of the folder schema, in order. One that is added later is found by the next build.
function(q2o_embed_schema target namespace)
  file(GLOB files CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/schema/*.sql)
  q2o_embed(${target} ${namespace} ${files})
endfunction()

# Two precompiled headers, made once: the second adds GoogleTest.
file(WRITE ${CMAKE_BINARY_DIR}/pch_stub.cpp "namespace q2o { int pch_stub(); int pch_stub() { return 0; } }\n")
file(WRITE ${CMAKE_BINARY_DIR}/pch_test_stub.cpp "namespace q2o { int pch_test_stub(); int pch_test_stub() { return 0; } }\n")
add_library(q2o_pch STATIC ${CMAKE_BINARY_DIR}/pch_stub.cpp)
target_link_libraries(q2o_pch PUBLIC q2o_options fmt::fmt protobuf::libprotobuf gRPC::grpc++)
target_precompile_headers(q2o_pch PRIVATE
  <algorithm> <array> <atomic> <chrono> <condition_variable> <cstdint> <functional> <map> <memory> <mutex> <optional> <span> <sstream>
  <stop_token> <string> <string_view> <thread> <unordered_map> <unordered_set> <utility> <variant> <vector>
  <tl/expected.hpp> <fmt/format.h> <google/protobuf/message.h> <grpcpp/grpcpp.h>)
add_library(q2o_pch_test STATIC ${CMAKE_BINARY_DIR}/pch_test_stub.cpp)
target_link_libraries(q2o_pch_test PUBLIC q2o_options fmt::fmt protobuf::libprotobuf gRPC::grpc++ GTest::gtest GTest::gmock)
# What only tests is not optimized: that takes a third off their compile time. What they test is built as it ships.
target_compile_options(q2o_pch_test PUBLIC -O0 -U_FORTIFY_SOURCE)
target_compile_definitions(q2o_pch_test PRIVATE Q2O_SOURCE_DIR="${CMAKE_SOURCE_DIR}" Q2O_BINARY_DIR="${CMAKE_BINARY_DIR}")
target_precompile_headers(q2o_pch_test PRIVATE
  <algorithm> <array> <atomic> <chrono> <cstdint> <functional> <map> <memory> <mutex> <optional> <span> <sstream> <string> <string_view>
  <thread> <unordered_map> <unordered_set> <utility> <variant> <vector>
  <tl/expected.hpp> <fmt/format.h> <gtest/gtest.h> <gmock/gmock.h> <google/protobuf/message.h> <grpcpp/grpcpp.h>)
