# Writes INPUT as `extern const std::string_view pharos::embedded::SYMBOL` to OUTPUT, in pieces that every
# compiler accepts.
file(READ ${INPUT} content)
string(LENGTH "${content}" length)
set(pieces "")
set(position 0)
while(position LESS length)
  string(SUBSTRING "${content}" ${position} 8000 piece)
  string(APPEND pieces "    R\"pharos~(${piece})pharos~\"\n")
  math(EXPR position "${position} + 8000")
endwhile()
if(pieces STREQUAL "")
  set(pieces "    \"\"\n")
endif()
file(WRITE ${OUTPUT} "#include <string_view>\n\nnamespace pharos::embedded {\nextern const std::string_view ${SYMBOL};\n"
  "const std::string_view ${SYMBOL} =\n${pieces};\n}  // namespace pharos::embedded\n")
