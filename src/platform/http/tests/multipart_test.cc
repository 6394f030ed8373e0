#include "platform/http/multipart.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/base/error.h"

namespace pharos::http {
namespace {

struct Part {
  std::string field;
  std::string file_name;
  std::string body;
  bool is_ended = false;
  friend bool operator==(const Part&, const Part&) = default;
};

/// What the parser tells of a form that comes in pieces of so many bytes.
std::vector<Part> parts_of(std::string_view form, std::size_t piece) {
  std::vector<Part> parts;
  MultipartParser parser("line");
  parser.on_part = [&](PartHead head) { parts.push_back({head.field, head.file_name, "", false}); };
  parser.on_bytes = [&](std::string_view bytes) { parts.back().body += bytes; };
  parser.on_part_end = [&] { parts.back().is_ended = true; };
  while (!form.empty()) {
    parser.feed(form.substr(0, piece));
    form.remove_prefix(std::min(piece, form.size()));
  }
  parser.finish();
  return parts;
}

TEST(Multipart, IsTheSameInPiecesOfAnySize) {
  const std::string form =
      "preamble\r\n--line\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n--lin\r\n--line \r\n"
      "content-disposition: form-data; filename=\"b;\\\".txt\"; name=b\r\nContent-Type: text/plain\r\n\r\n"
      "x\r\n\r\n--line\r\nContent-Disposition: form-data; name=c\r\n\r\n\r\n--line--\r\nepilogue";
  const std::vector<Part> expected{
      {"a", "", "\r\n--lin", true}, {"b", "b;\".txt", "x\r\n", true}, {"c", "", "", true}};
  for (std::size_t piece = 1; piece < form.size(); ++piece)
    EXPECT_EQ(parts_of(form, piece), expected) << piece;
}

RC_GTEST_PROP(Multipart, KeepsEveryByteOfABody, (const std::string& body, unsigned char size)) {
  RC_PRE(body.find("\r\n--line") == std::string::npos);
  const std::string form = "--line\r\nContent-Disposition: form-data; name=a\r\n\r\n" + body + "\r\n--line--";
  RC_ASSERT(parts_of(form, size + 1u) == (std::vector<Part>{{"a", "", body, true}}));
}

TEST(Multipart, WhatIsBrokenIsRefused) {
  for (const char* form :
       {"", "--line", "--line\r\n", "--line\r\n\r\nx\r\n--line--", "--line\r\nno colon\r\n\r\nx\r\n--line--",
        "--line\r\nContent-Disposition: form-data\r\n\r\nx\r\n--line--",
        "--line\r\nContent-Disposition: form-data; name=\"\xff\"\r\n\r\nx\r\n--line--",
        "--line\r\nContent-Disposition: form-data; name=a\r\n\r\nx", "--linex\r\n"}) {
    EXPECT_THROW(parts_of(form, 1000), base::Error) << form;
  }
  EXPECT_THROW(parts_of(std::string(20'000, 'x'), 1000), base::Error);
}

TEST(Multipart, TheBoundaryIsFoundInTheContentType) {
  EXPECT_EQ(multipart_boundary("multipart/form-data; boundary=abc"), "abc");
  EXPECT_EQ(multipart_boundary("Multipart/Form-Data; charset=utf-8; boundary=\"a b\""), "a b");
  EXPECT_EQ(multipart_boundary("multipart/mixed; boundary=abc"), "");
  EXPECT_EQ(multipart_boundary("multipart/form-data"), "");
}

}  // namespace
}  // namespace pharos::http
