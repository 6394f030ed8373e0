# `cmake --install`: the graph runtime as a library of its own. Whoever uses it says
#   find_package(PharosCore REQUIRED)
#   target_link_libraries(mine PRIVATE pharos::core)
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

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/PharosCore)
configure_package_config_file(cmake/PharosCoreConfig.cmake.in ${CMAKE_BINARY_DIR}/PharosCoreConfig.cmake
  INSTALL_DESTINATION ${package})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/PharosCoreConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(EXPORT PharosCore NAMESPACE pharos:: FILE PharosCoreTargets.cmake DESTINATION ${package})
install(FILES ${CMAKE_BINARY_DIR}/PharosCoreConfig.cmake ${CMAKE_BINARY_DIR}/PharosCoreConfigVersion.cmake
  DESTINATION ${package})
