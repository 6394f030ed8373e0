# `cmake --install`: the graph runtime as a library of its own. Whoever uses it says
#   find_package(PharosCore REQUIRED)
#   target_link_libraries(mine PRIVATE pharos::core)
# and for graphs in files, where there was a yaml-cpp when it was built:
#   find_package(PharosCore REQUIRED COMPONENTS flow)
#   target_link_libraries(mine PRIVATE pharos::flow)
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

add_library(pharos_core INTERFACE)
add_library(pharos::core ALIAS pharos_core)
target_link_libraries(pharos_core INTERFACE core_graph core_base)
target_compile_features(pharos_core INTERFACE cxx_std_23)
target_include_directories(pharos_core INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/pharos>)
set_target_properties(pharos_core PROPERTIES EXPORT_NAME core)

install(TARGETS pharos_core core_base core_graph EXPORT PharosCore
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}/pharos)
install(DIRECTORY src/core/base src/core/graph DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/pharos/core
  FILES_MATCHING PATTERN "*.h" PATTERN tests EXCLUDE PATTERN bench EXCLUDE)

if(TARGET core_flow)
  add_library(pharos_flow INTERFACE)
  add_library(pharos::flow ALIAS pharos_flow)
  target_link_libraries(pharos_flow INTERFACE core_flow pharos_core)
  set_target_properties(pharos_flow PROPERTIES EXPORT_NAME flow)
  install(TARGETS pharos_flow core_flow EXPORT PharosFlow ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}/pharos)
  install(DIRECTORY src/core/flow DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/pharos/core
    FILES_MATCHING PATTERN "*.h" PATTERN tests EXCLUDE)
endif()

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/PharosCore)
configure_package_config_file(cmake/PharosCoreConfig.cmake.in ${CMAKE_BINARY_DIR}/PharosCoreConfig.cmake
  INSTALL_DESTINATION ${package})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/PharosCoreConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(EXPORT PharosCore NAMESPACE pharos:: FILE PharosCoreTargets.cmake DESTINATION ${package})
if(TARGET core_flow)
  install(EXPORT PharosFlow NAMESPACE pharos:: FILE PharosFlowTargets.cmake DESTINATION ${package})
endif()
install(FILES ${CMAKE_BINARY_DIR}/PharosCoreConfig.cmake ${CMAKE_BINARY_DIR}/PharosCoreConfigVersion.cmake
  DESTINATION ${package})
