#include <charconv>

#include "common/pg/connection.h"
#include "common/pg/hex.h"

namespace q2o::pg {

pqxx::field Rows::State::field(std::size_t row, std::string_view column) const {
  const auto columns = result.columns();
  for (pqxx::row_size_type i = 0; i < columns; ++i) {
    if (column == result.column_name(i)) return result[static_cast<pqxx::result_size_type>(row)][i];
  }
  throw std::out_of_range("no column \"" + std::string(column) + "\" in the result");
}

Rows::Rows(std::shared_ptr<const State> state) : state_(std::move(state)) {}
std::size_t Rows::size() const {
  return state_->result.size();
}
std::size_t Rows::affected() const {
  return static_cast<std::size_t>(state_->result.affected_rows());
}
Row Rows::operator[](std::size_t index) const {
  if (index >= size()) throw std::out_of_range("row " + std::to_string(index) + " of " + std::to_string(size()));
  return Row(state_, index);
}
Rows::Iterator Rows::begin() const {
  return {state_, 0};
}
Rows::Iterator Rows::end() const {
  return {state_, size()};
}

bool Row::is_null(std::string_view column) const {
  return state_->field(index_, column).is_null();
}

std::string Row::text(std::string_view column) const {
  const auto field = state_->field(index_, column);
  return {field.c_str(), field.size()};
}

std::int64_t Row::integer(std::string_view column) const {
  const auto field = state_->field(index_, column);
  const std::string_view digits(field.c_str(), field.size());
  std::int64_t out = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  if (problem != std::errc{} || end != digits.data() + digits.size()) {
    throw std::invalid_argument("column \"" + std::string(column) + "\" holds no integer: \"" + std::string(digits) + "\"");
  }
  return out;
}

bool Row::boolean(std::string_view column) const {
  return text(column) == "t";
}

std::string Row::bytes(std::string_view column) const {
  const auto field = state_->field(index_, column);
  return from_hex({field.c_str(), field.size()});
}

std::optional<std::string> Row::optional_text(std::string_view column) const {
  if (is_null(column)) return std::nullopt;
  return text(column);
}

std::vector<std::string> Row::text_array(std::string_view column) const {
  std::vector<std::string> out;
  const auto field = state_->field(index_, column);
  if (field.is_null()) return out;
  auto parser = field.as_array();
  for (auto [kind, item] = parser.get_next(); kind != pqxx::array_parser::juncture::done; std::tie(kind, item) = parser.get_next()) {
    if (kind == pqxx::array_parser::juncture::string_value) out.push_back(item);
    if (kind == pqxx::array_parser::juncture::null_value) out.emplace_back();
  }
  return out;
}

std::vector<std::string> Row::bytes_array(std::string_view column) const {
  auto out = text_array(column);
  for (auto& item : out) item = from_hex(item);
  return out;
}

}  // namespace q2o::pg
