#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace q2o::sandbox::odoo {

/// What Odoo raises: `name` is the Python class as it stands in error.data.name. Exceptions are right here: the simulator plays a
/// server whose own flow of control they are, and every call ends in one place that rolls back and answers.
class OdooError : public std::runtime_error {
 public:
  OdooError(std::string name, const std::string& message, std::string database_class = {})
      : std::runtime_error(message), name_(std::move(name)), database_class_(std::move(database_class)) {}
  const std::string& name() const { return name_; }
  /// The driver's class ("UniqueViolation") when the database refused: inside a server action Odoo shows that one.
  const std::string& database_class() const { return database_class_; }
  /// The Python class without its module: "ValidationError".
  std::string short_name() const { return database_class_.empty() ? name_.substr(name_.rfind('.') + 1) : database_class_; }

 private:
  std::string name_, database_class_;
};

OdooError user_error(const std::string& message);
OdooError validation_error(const std::string& message);
OdooError access_error(const std::string& message);
OdooError value_error(const std::string& message);
OdooError key_error(const std::string& message);
/// "Record does not exist or has been deleted. (Record: res.partner(9,), User: 2)"
OdooError missing_error(std::string_view model, long long id, long long uid);
/// "The operation cannot be completed: ..." as Odoo says for a violated database constraint.
OdooError constraint_error(const std::string& message, const std::string& database_class = "CheckViolation");

}  // namespace q2o::sandbox::odoo
