# A room is a folder with headers, sources and tests/: pharos_room(name [USES target...] [PARTS folder...]
# [PARSERS file...]) makes one library of it, one test program and a program of each fuzzer. USES may name rooms of
# this floor and the floors below, and outside libraries; whatever is not named cannot be linked. PARTS are the
# folders of a large room. PARSERS are the sources that read what strangers send: where fuzzers are built, they
# tell the fuzzer which of their branches an input took.
add_library(pharos_warnings INTERFACE)
target_compile_options(pharos_warnings INTERFACE -Wall -Wextra -Wpedantic -Werror -Wshadow -Wnon-virtual-dtor
  -Wold-style-cast -Woverloaded-virtual -Wimplicit-fallthrough -Wextra-semi -Wnull-dereference
  -Wno-missing-designated-field-initializers -Wno-gnu-zero-variadic-macro-arguments)

function(pharos_room name)
  cmake_parse_arguments(ROOM "" "" "USES;PRIVATE_USES;TEST_USES;PARTS;PARSERS" ${ARGN})
  list(TRANSFORM ROOM_PARTS APPEND /*.cc OUTPUT_VARIABLE patterns)
  file(GLOB sources CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} *.cc ${patterns})
  list(REMOVE_ITEM sources main.cc)
  add_library(${name} STATIC ${sources})
  target_include_directories(${name} PUBLIC $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/src>)
  target_link_libraries(${name} PUBLIC ${ROOM_USES} PRIVATE ${ROOM_PRIVATE_USES} $<BUILD_INTERFACE:pharos_warnings>)

  file(GLOB tests CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/tests/*_test.cc)
  if(tests AND NOT PHAROS_CORE_ONLY)
    file(GLOB helpers CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/tests/support_*.cc)
    add_executable(${name}_test ${tests} ${helpers})
    target_link_libraries(${name}_test PRIVATE ${name} ${ROOM_PRIVATE_USES} ${ROOM_TEST_USES} pharos_warnings
      GTest::gtest_main GTest::gmock ${RAPIDCHECK_LIBRARY})
    target_compile_definitions(${name}_test PRIVATE PHAROS_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    set_target_properties(${name}_test PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  endif()

  if(PHAROS_FUZZ)
    set_source_files_properties(${ROOM_PARSERS} PROPERTIES COMPILE_OPTIONS -fsanitize=fuzzer-no-link)
    file(GLOB fuzzers CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/tests/*_fuzz.cc)
    foreach(fuzzer ${fuzzers})
      get_filename_component(fuzzer_name ${fuzzer} NAME_WE)
      add_executable(${fuzzer_name} ${fuzzer})
      target_link_libraries(${fuzzer_name} PRIVATE ${name} pharos_warnings)
      target_link_options(${fuzzer_name} PRIVATE -fsanitize=fuzzer)
      set_target_properties(${fuzzer_name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzzers)
    endforeach()
  endif()
endfunction()

# pharos_embed(target file...): compiles text files into the target; code reads
# them as pharos::embedded::NAME, the file's name with . and - as _, a std::string_view declared where used.
function(pharos_embed target)
  foreach(file ${ARGN})
    get_filename_component(file_name ${file} NAME)
    string(MAKE_C_IDENTIFIER ${file_name} symbol)
    set(output ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.embedded.cc)
    add_custom_command(OUTPUT ${output}
      COMMAND ${CMAKE_COMMAND} -DINPUT=${CMAKE_CURRENT_SOURCE_DIR}/${file} -DOUTPUT=${output} -DSYMBOL=${symbol}
              -P ${CMAKE_SOURCE_DIR}/cmake/embed.cmake
      DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${file} ${CMAKE_SOURCE_DIR}/cmake/embed.cmake)
    target_sources(${target} PRIVATE ${output})
  endforeach()
endfunction()
