#pragma once

#include <functional>
#include <initializer_list>
#include <string>

#include "common/json/json.h"

namespace q2o::sandbox::odoo::testing {

using Id = std::int64_t;

/// "$1" and "$2" in a text replaced: JSON stays readable in tests.
std::string fill(std::string text, std::initializer_list<std::string> parts);

/// One answer of Odoo: a result, or an error with its Python class and words.
class Answer {
 public:
  explicit Answer(const std::string& body);
  bool ok() const { return !document_.root().has("error"); }
  const json::Value& result() const { return document_.root()["result"]; }
  Id id() const;  ///< of a result that is a number, or of the first of a list
  std::string error() const { return std::string(document_.root().at("error.data.name").text()); }
  std::string message() const { return std::string(document_.root().at("error.data.message").text()); }

 private:
  json::Document document_;
};

/// Speaks JSON-RPC with an Odoo, whatever carries the bytes: the simulator in memory, or HTTP to any server.
class Books {
 public:
  using Send = std::function<std::string(const std::string& body)>;
  Books(Send send, std::string database, std::string login, std::string password);

  Answer raw(const std::string& body) const;
  Answer service(const std::string& service, const std::string& method, const std::string& args) const;
  Answer call(const std::string& model, const std::string& method, const std::string& args, const std::string& kwargs = "{}") const;
  /// The record's id; throws std::runtime_error with Odoo's words when it is refused.
  Id create(const std::string& model, const std::string& values, const std::string& context = "{}") const;
  /// One field of one record as text: "63.63", "posted", "false".
  std::string read(const std::string& model, Id id, const std::string& field) const;
  Id find(const std::string& model, const std::string& domain) const;  ///< 0 when there is none
  Id xmlid(const std::string& name) const;
  const std::string& database() const { return database_; }

 private:
  Send send_;
  std::string database_, login_, password_;
};

}  // namespace q2o::sandbox::odoo::testing
