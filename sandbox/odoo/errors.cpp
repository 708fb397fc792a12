#include "sandbox/odoo/errors.h"

#include <fmt/format.h>

namespace q2o::sandbox::odoo {

OdooError user_error(const std::string& message) {
  return {"odoo.exceptions.UserError", message};
}
OdooError validation_error(const std::string& message) {
  return {"odoo.exceptions.ValidationError", message};
}
OdooError access_error(const std::string& message) {
  return {"odoo.exceptions.AccessError", message};
}
OdooError value_error(const std::string& message) {
  return {"builtins.ValueError", message};
}
OdooError key_error(const std::string& message) {
  return {"builtins.KeyError", message};
}

OdooError missing_error(std::string_view model, long long id, long long uid) {
  return {"odoo.exceptions.MissingError",
          fmt::format("Record does not exist or has been deleted.\n(Record: {}({},), User: {})", model, id, uid)};
}

OdooError constraint_error(const std::string& message, const std::string& database_class) {
  return {"odoo.exceptions.ValidationError", "The operation cannot be completed: " + message, database_class};
}

}  // namespace q2o::sandbox::odoo
