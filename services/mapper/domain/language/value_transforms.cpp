#include <fmt/format.h>

#include <array>
#include <limits>

#include "common/calendar/calendar.h"
#include "services/mapper/domain/language/transforms.h"

namespace q2o::mapper::language {
namespace {

using Kind = Scalar::Kind;
using Table = std::map<std::string, std::string, std::less<>>;

Trouble not_a_number() {
  return {"NOT_A_NUMBER", "A number is expected here", "Correct the number in the source and extract the record again."};
}

/// Refuses what is no number (a text that holds one is one).
template <class Change>
Step on_decimal(Change change) {
  return [change](Scalar& value) -> std::optional<Trouble> {
    if (value.kind != Kind::number && value.kind != Kind::text) return not_a_number();
    const auto number = Decimal::parse(value.text);
    if (!number) return not_a_number();
    value.own(Kind::number, change(*number).to_string());
    return std::nullopt;
  };
}

Step bind_decimal(const json::Value&, const Tables&) {
  return on_decimal([](const Decimal& number) { return number; });
}
Step bind_round(const json::Value& arguments, const Tables&) {
  const int scale = std::stoi(std::string(arguments["scale"].text()));
  return on_decimal([scale](const Decimal& number) { return number.scale() > scale ? number.rounded(scale, Rounding::half_up) : number; });
}
Step bind_negate(const json::Value&, const Tables&) {
  return on_decimal([](const Decimal& number) { return -number; });
}

Step bind_integer(const json::Value&, const Tables&) {
  return [](Scalar& value) -> std::optional<Trouble> {
    const auto number = value.kind == Kind::number || value.kind == Kind::text ? Decimal::parse(value.text)
                                                                               : Result<Decimal>(fail(Code::invalid_argument, ""));
    if (!number || number->rounded(0, Rounding::down) != *number) {
      return Trouble{"NOT_A_WHOLE_NUMBER", "A whole number is expected here",
                     "Correct the number in the source and extract the record again."};
    }
    if (*number < Decimal(std::numeric_limits<std::int32_t>::min()) || *number > Decimal(std::numeric_limits<std::int32_t>::max())) {
      return Trouble{"NUMBER_TOO_LARGE", "A whole number of at most 32 bits is expected here",
                     "Correct the number in the source and extract the record again."};
    }
    value.own(Kind::number, number->to_string(0));
    return std::nullopt;
  };
}

Step bind_date(const json::Value&, const Tables&) {
  return [](Scalar& value) -> std::optional<Trouble> {
    // A time may follow the day; books are kept by day.
    const bool timed = value.text.size() > 10 && value.text[10] == 'T';
    const auto day = timed ? value.text.substr(0, 10) : value.text;
    if (value.kind != Kind::text || !calendar::read_day(day)) {
      return Trouble{"NOT_A_DATE", "A date (YYYY-MM-DD) is expected here", "Correct the date in the source and extract the record again."};
    }
    value.own(Kind::text, std::string(day));
    return std::nullopt;
  };
}

Step bind_text(const json::Value&, const Tables&) {
  return [](Scalar& value) -> std::optional<Trouble> {
    if (value.kind == Kind::json)
      return Trouble{"WRONG_TYPE", "A single value is expected here",
                     "Look at the record in the source; the field holds a list or a group."};
    value.kind = Kind::text;
    return std::nullopt;
  };
}

Step bind_boolean(const json::Value&, const Tables&) {
  return [](Scalar& value) -> std::optional<Trouble> {
    const bool known = value.text == "true" || value.text == "false";
    if ((value.kind != Kind::boolean && value.kind != Kind::text) || !known) {
      return Trouble{"WRONG_TYPE", "True or false is expected here", "Look at the record in the source; the field holds something else."};
    }
    value.kind = Kind::boolean;
    return std::nullopt;
  };
}

/// Stores a JSON scalar text as value.
void set_json(Scalar& value, const std::string& json_text) {
  if (json_text == "null") {
    value.clear();
  } else if (json_text.starts_with('"')) {
    const auto parsed = json::Document::parse(json_text);
    value.own(Kind::text, std::string(parsed->root().text()));
  } else {
    value.own(json_text == "true" || json_text == "false" ? Kind::boolean : Kind::number, json_text);
  }
}

Step bind_map(const json::Value& arguments, const Tables& tables) {
  Table table;
  if (arguments["table"].is_string()) {
    table = tables.find(arguments["table"].text())->second;
  } else {
    for (const auto& member : arguments["table"].members()) table.emplace(member.key, member.value.raw());
  }
  std::optional<std::string> otherwise;
  if (arguments.has("otherwise")) otherwise = std::string(arguments["otherwise"].raw());
  return [table = std::move(table), otherwise](Scalar& value) -> std::optional<Trouble> {
    const auto found = table.find(value.text);
    if (found != table.end()) {
      set_json(value, found->second);
    } else if (otherwise) {
      set_json(value, *otherwise);
    } else {
      return Trouble{"UNKNOWN_VALUE", fmt::format("\"{}\" is not in the mapping's table", value.text.substr(0, 100)),
                     "Add the value to the table in config/mappings/quickbooks_to_odoo.json, store the mapping and run again."};
    }
    return std::nullopt;
  };
}

const std::array<Transform, 8> kTransforms{{
    {"decimal",
     "A number with the digits it was written with; a text that holds a number is one.",
     R"({"name": "decimal"}: "12.50" → 12.50)",
     {},
     bind_decimal},
    {"round",
     "Rounds half away from zero when there are more digits.",
     R"({"name": "round", "scale": 2}: 1.005 → 1.01)",
     {{"scale", Argument::Type::integer, true, "digits after the point"}},
     bind_round},
    {"negate", "Changes the sign.", R"({"name": "negate"}: 5.00 → -5.00)", {}, bind_negate},
    {"integer",
     "A whole number; refuses fractions and what Odoo cannot keep (32 bits).",
     R"({"name": "integer"}: "30" → 30)",
     {},
     bind_integer},
    {"date",
     "A day YYYY-MM-DD; a time behind it is dropped.",
     R"({"name": "date"}: "2026-03-14T10:00:00-07:00" → "2026-03-14")",
     {},
     bind_date},
    {"text", "Any single value as text.", R"({"name": "text"}: 5664 → "5664")", {}, bind_text},
    {"boolean", "True or false, also when written as text.", R"({"name": "boolean"}: "true" → true)", {}, bind_boolean},
    {"map",
     "Replaces the value by its entry in a table of the mapping; a value without entry is refused unless `otherwise` is given.",
     R"({"name": "map", "table": "account_type"}: "Bank" → "asset_cash")",
     {{"table", Argument::Type::table, true, "which table"}, {"otherwise", Argument::Type::scalar, false, "value for everything else"}},
     bind_map},
}};

}  // namespace

std::span<const Transform> value_transforms() {
  return kTransforms;
}

}  // namespace q2o::mapper::language
