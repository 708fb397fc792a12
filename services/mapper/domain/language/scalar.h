#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/json/json.h"
#include "common/json/text.h"
#include "services/mapper/domain/model.h"

/// What flows through the mapping language: one value on its way from a source field to the target.
namespace q2o::mapper::language {

/// `text` views the source document or `owned`; a json scalar is a finished JSON text (objects and arrays).
struct Scalar {
  enum class Kind { absent, null, text, number, boolean, json };
  Kind kind = Kind::null;
  std::string_view text;
  std::string owned;

  Scalar() = default;
  Scalar(const Scalar&) = delete;
  Scalar& operator=(const Scalar&) = delete;

  bool empty() const { return kind == Kind::null || kind == Kind::absent; }
  void clear(Kind nothing = Kind::null);
  void view(Kind of, std::string_view source);
  void own(Kind of, std::string value);
};

/// Reads a source value. Empty text counts as nothing: QuickBooks sends both for a field that is not filled.
void read(const json::Value& value, Scalar& out);
/// Appends the value as JSON (nothing is appended for absent).
void write(const Scalar& value, std::string& out);

Reject refusal(std::string_view field, std::string_view value, std::string_view reason, std::string message, std::string hint);

}  // namespace q2o::mapper::language
