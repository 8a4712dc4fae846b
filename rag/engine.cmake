# Read by CMake right after llama.cpp's own project() line. llama-cpp-python forces the "common" library on, which
# nothing here links and which takes half of the build; a plain variable hides its cached one.
set(LLAMA_BUILD_COMMON OFF)
