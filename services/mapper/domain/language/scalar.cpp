#include "services/mapper/domain/language/scalar.h"

#include <fmt/format.h>

namespace q2o::mapper::language {

void Scalar::clear(Kind nothing) {
  kind = nothing;
  text = {};
}

void Scalar::view(Kind of, std::string_view source) {
  kind = of;
  text = source;
}

void Scalar::own(Kind of, std::string value) {
  owned = std::move(value);
  kind = of;
  text = owned;
}

void read(const json::Value& value, Scalar& out) {
  switch (value.kind()) {
    case json::Value::Kind::null:
      out.clear();
      break;
    case json::Value::Kind::string:
      if (value.text().empty()) {
        out.clear();
      } else {
        out.view(Scalar::Kind::text, value.text());
      }
      break;
    case json::Value::Kind::number:
      out.view(Scalar::Kind::number, value.text());
      break;
    case json::Value::Kind::boolean:
      out.view(Scalar::Kind::boolean, value.text());
      break;
    default:
      out.view(Scalar::Kind::json, value.raw());
  }
}

void write_text(std::string_view text, std::string& out) {
  out.push_back('"');
  std::size_t from = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text.substr(from, i - from));
    from = i + 1;
    switch (c) {
      case '"':
        out.append("\\\"");
        break;
      case '\\':
        out.append("\\\\");
        break;
      case '\n':
        out.append("\\n");
        break;
      case '\r':
        out.append("\\r");
        break;
      case '\t':
        out.append("\\t");
        break;
      default:
        out.append(fmt::format("\\u{:04x}", c));
    }
  }
  out.append(text.substr(from));
  out.push_back('"');
}

void write(const Scalar& value, std::string& out) {
  switch (value.kind) {
    case Scalar::Kind::absent:
      break;
    case Scalar::Kind::null:
      out.append("null");
      break;
    case Scalar::Kind::text:
      write_text(value.text, out);
      break;
    default:
      out.append(value.text);
  }
}

Reject refusal(std::string_view field, std::string_view value, std::string_view reason, std::string message, std::string hint) {
  return {std::string(field), std::string(value), std::string(reason), std::move(message), std::move(hint)};
}

}  // namespace q2o::mapper::language
