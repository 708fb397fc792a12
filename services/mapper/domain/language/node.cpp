#include "services/mapper/domain/language/node.h"

#include <charconv>

namespace q2o::mapper::language {

Evaluated Node::write(Evaluation& at, std::string& out) const {
  Scalar value;
  if (read(at, value) == Evaluated::rejected) return Evaluated::rejected;
  language::write(value, out);
  return Evaluated::good;
}

Evaluated Node::read(Evaluation& at, Scalar& out) const {
  std::string text;
  if (write(at, text) == Evaluated::rejected) return Evaluated::rejected;
  if (text.empty()) {
    out.clear(Scalar::Kind::absent);
  } else {
    out.own(Scalar::Kind::json, std::move(text));
  }
  return Evaluated::good;
}

Path::Path(std::string_view dotted) : dotted_(dotted), from_record_(dotted.starts_with('/')) {
  if (from_record_) dotted.remove_prefix(1);
  std::size_t from = 0;
  while (from <= dotted.size()) {
    const auto dot = std::min(dotted.find('.', from), dotted.size());
    steps_.emplace_back(dotted.substr(from, dot - from));
    from = dot + 1;
  }
}

const json::Value& Path::follow(const json::Value& from) const {
  static const json::Value nothing;
  const json::Value* value = &from;
  for (const auto& step : steps_) {
    if (value->is_object()) {
      value = &(*value)[step];
    } else if (value->is_array()) {
      std::size_t index = 0;
      const auto parsed = std::from_chars(step.data(), step.data() + step.size(), index);
      if (parsed.ec != std::errc{} || index >= value->items().size()) return nothing;
      value = &value->items()[index];
    } else {
      return nothing;
    }
  }
  return *value;
}

const json::Value* Path::find(const Evaluation& at) const {
  const json::Value* start = from_record_ ? at.source.body : at.here;
  return start == nullptr ? nullptr : &follow(*start);
}

}  // namespace q2o::mapper::language
