#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace q2o::sandbox::odoo {

/// What Odoo raises: `name` is the Python class as it stands in error.data.name. Exceptions are right here: the simulator plays a
/// server whose own flow of control they are, and every call ends in one place that rolls back and answers.
class OdooError : public std::runtime_error {
 public:
  OdooError(std::string name, const std::string& message) : std::runtime_error(message), name_(std::move(name)) {}
  const std::string& name() const { return name_; }

 private:
  std::string name_;
};

OdooError user_error(const std::string& message);
OdooError validation_error(const std::string& message);
OdooError access_error(const std::string& message);
OdooError value_error(const std::string& message);
OdooError key_error(const std::string& message);
/// "Record does not exist or has been deleted. (Record: res.partner(9,), User: 2)"
OdooError missing_error(std::string_view model, long long id, long long uid);
/// "The operation cannot be completed: ..." as Odoo says for a violated database constraint.
OdooError constraint_error(const std::string& message);

}  // namespace q2o::sandbox::odoo
