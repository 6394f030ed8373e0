# Everything Pharos links that is not its own; docs/dependencies.md says what each is for.
find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(ICU REQUIRED COMPONENTS uc i18n)
find_package(JPEG REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(PNG REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(WebP REQUIRED IMPORTED_TARGET libwebp libwebpdemux)
find_package(GTest REQUIRED)
find_library(RAPIDCHECK_LIBRARY rapidcheck REQUIRED)

# Set-up unpacks the OpenVINO wheel here; its own CMake configuration finds the rest.
set(OpenVINO_DIR ${CMAKE_SOURCE_DIR}/build/packages/openvino/openvino/cmake)
if(NOT EXISTS ${OpenVINO_DIR}/OpenVINOConfig.cmake)
  message(FATAL_ERROR "OpenVINO is not set up: run `./run --build-only`, which fetches it and builds")
endif()
find_package(OpenVINO REQUIRED COMPONENTS Runtime)
