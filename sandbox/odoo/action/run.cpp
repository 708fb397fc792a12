#include "sandbox/odoo/action/action.h"
#include "sandbox/odoo/action/undo.h"
#include "sandbox/odoo/errors.h"

namespace q2o::sandbox::odoo {

namespace {

/// Odoo wraps what is not its own exception: the class and message first, then the whole code that was running, as Python writes a text.
OdooError wrapped(const OdooError& error, const std::string& code) {
  if (error.database_class().empty() && error.name().starts_with("odoo.exceptions.")) return error;
  std::string text;
  for (const char c : code) text += c == '\n' ? std::string("\\n") : std::string(1, c);
  return value_error(fmt::format("{}('{}') while evaluating\n'{}'", error.short_name(), error.what(), text));
}

std::string run(Env& env, const Call& call) {
  const Ids ids = to_ids(call.argument(0, "ids"));
  if (ids.size() != 1) throw value_error("Expected singleton: ir.actions.server()");
  const Record server_action = env.record("ir.actions.server", ids.front());
  if (!server_action.exists()) throw missing_error("ir.actions.server", ids.front(), env.user());
  const std::string code = server_action.text("code");
  const std::string first_line = code.substr(0, code.find('\n'));
  if (first_line != action::kMarker && first_line != action::kUndoMarker)
    throw user_error(fmt::format(
        "The sandbox cannot run Python. It plays the loader's actions with the markers '{}' and '{}', this code begins with '{}'.",
        action::kMarker, action::kUndoMarker, first_line.substr(0, 60)));
  try {
    const Dict request = env.context;
    return first_line == action::kMarker ? action::Batch(env, request).run() : action::Undo(env, request).run();
  } catch (const OdooError& error) {
    throw wrapped(error, code);
  } catch (const std::overflow_error& error) {
    throw wrapped(OdooError("psycopg2.errors.NumericValueOutOfRange", error.what(), "NumericValueOutOfRange"), code);
  }
}

}  // namespace

void add_action_methods(Rules& rules) {
  rules.add("ir.actions.server", "run", run);
}

}  // namespace q2o::sandbox::odoo
