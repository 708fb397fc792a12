#include "services/mapper/domain/language/scalar.h"

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

void write(const Scalar& value, std::string& out) {
  switch (value.kind) {
    case Scalar::Kind::absent:
      break;
    case Scalar::Kind::null:
      out.append("null");
      break;
    case Scalar::Kind::text:
      json::append_text(out, value.text);
      break;
    default:
      out.append(value.text);
  }
}

Reject refusal(std::string_view field, std::string_view value, std::string_view reason, std::string message, std::string hint) {
  return {std::string(field), std::string(value), std::string(reason), std::move(message), std::move(hint)};
}

}  // namespace q2o::mapper::language
