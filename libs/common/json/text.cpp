#include "common/json/text.h"

namespace q2o::json {
namespace {

template <class Out>
void append_escaped(Out& out, char c) {
  constexpr std::string_view kHex = "0123456789abcdef";
  switch (c) {
    case '"':
      out.append(R"(\")");
      break;
    case '\\':
      out.append(R"(\\)");
      break;
    case '\n':
      out.append(R"(\n)");
      break;
    case '\r':
      out.append(R"(\r)");
      break;
    case '\t':
      out.append(R"(\t)");
      break;
    default:
      out.append(R"(\u00)");
      out.push_back(kHex[static_cast<unsigned char>(c) >> 4]);
      out.push_back(kHex[static_cast<unsigned char>(c) & 15]);
  }
}

template <class Out>
void append_quoted(Out& out, std::string_view text) {
  out.push_back('"');
  std::size_t from = 0;
  for (std::size_t at = next_special(text, 0); at < text.size(); at = next_special(text, from)) {
    out.append(text.substr(from, at - from));
    append_escaped(out, text[at]);
    from = at + 1;
  }
  out.append(text.substr(from));
  out.push_back('"');
}

}  // namespace

void append_text(std::string& out, std::string_view text) {
  append_quoted(out, text);
}
void append_text(Buffer& out, std::string_view text) {
  append_quoted(out, text);
}

}  // namespace q2o::json
