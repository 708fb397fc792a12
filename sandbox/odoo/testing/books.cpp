#include "sandbox/odoo/testing/books.h"

#include <stdexcept>

namespace q2o::sandbox::odoo::testing {

namespace {

std::string quoted(const std::string& text) {
  json::Writer out;
  out.string(text);
  return out.take();
}

json::Document parsed(const std::string& body) {
  auto document = json::Document::parse(body);
  if (!document) throw std::runtime_error("Odoo answered what is no JSON: " + body.substr(0, 300));
  return std::move(*document);
}

}  // namespace

std::string fill(std::string text, std::initializer_list<std::string> parts) {
  std::size_t number = parts.size();
  for (auto part = std::rbegin(parts); part != std::rend(parts); ++part, --number) {  // "$10" before "$1"
    const std::string mark = "$" + std::to_string(number);
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + part->size())) text.replace(at, mark.size(), *part);
  }
  return text;
}

Answer::Answer(const std::string& body) : document_(parsed(body)) {}

Id Answer::id() const {
  const json::Value& value = result().is_array() && !result().items().empty() ? result().items().front() : result();
  const auto number = value.decimal();
  return number ? static_cast<Id>(number->unscaled()) : 0;
}

Books::Books(Send send, std::string database, std::string login, std::string password)
    : send_(std::move(send)), database_(std::move(database)), login_(std::move(login)), password_(std::move(password)) {}

Answer Books::raw(const std::string& body) const {
  return Answer(send_(body));
}

Answer Books::service(const std::string& name, const std::string& method, const std::string& args) const {
  return raw(fill(R"({"jsonrpc":"2.0","id":7,"method":"call","params":{"service":"$1","method":"$2","args":$3}})", {name, method, args}));
}

Answer Books::call(const std::string& model, const std::string& method, const std::string& args, const std::string& kwargs) const {
  return service(
      "object", "execute_kw",
      "[" + quoted(database_) + ",2," + quoted(password_) + "," + quoted(model) + "," + quoted(method) + "," + args + "," + kwargs + "]");
}

Id Books::create(const std::string& model, const std::string& values, const std::string& context) const {
  const Answer answer = call(model, "create", "[[" + values + "]]", R"({"context":)" + context + "}");
  if (!answer.ok()) throw std::runtime_error(model + ": " + answer.error() + ": " + answer.message());
  return answer.id();
}

std::string Books::read(const std::string& model, Id id, const std::string& field) const {
  const Answer answer = call(model, "read", fill(R"([[$1],["$2"]])", {std::to_string(id), field}), R"({"load":null})");
  if (!answer.ok()) throw std::runtime_error(model + ": " + answer.error() + ": " + answer.message());
  const json::Value& value = answer.result().at("0")[field];
  if (value.is_number()) {
    const std::string text = value.decimal()->to_string();
    return text.find('.') == std::string::npos ? text : value.decimal()->to_string(2);
  }
  return value.is_array() || value.is_object() ? std::string(value.raw()) : std::string(value.text());
}

Id Books::find(const std::string& model, const std::string& domain) const {
  return call(model, "search", "[" + domain + "]", R"({"limit":1,"context":{"active_test":false}})").id();
}

Id Books::xmlid(const std::string& name) const {
  const auto dot = name.find('.');
  const Answer answer = call("ir.model.data", "search_read",
                             fill(R"([[["module","=","$1"],["name","=","$2"]],["res_id"]])", {name.substr(0, dot), name.substr(dot + 1)}));
  const auto id = answer.result().at("0.res_id").decimal();
  return id ? static_cast<Id>(id->unscaled()) : 0;
}

}  // namespace q2o::sandbox::odoo::testing
