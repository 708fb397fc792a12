#include "services/mapper/domain/builders/notes.h"

#include <fmt/format.h>

namespace q2o::mapper::builders {

void add_note(const Scope& scope, std::vector<Target>& targets, const std::string& record, std::string_view model) {
  const std::string& note = scope.source.note;
  if (note.empty()) return;
  const bool statement_line = model == "account.bank.statement.line";
  Fields values;
  values.set("model", text(statement_line ? "account.move" : model))
      .set("res_id", statement_line ? move_of(record) : record_ref(record))
      .set("body", text(fmt::format("<p>{}</p>", note)))
      .set("message_type", text("comment"))
      .set("subtype_id", xmlid("mail.mt_note"));
  targets.push_back(create(scope.own("note"), "mail.message", "notes", values));
}

void add_note(const Scope& scope, std::vector<Target>& targets) {
  if (scope.source.note.empty()) return;
  for (const auto& target : targets) {
    if (target.operation != "create") continue;
    const std::string record = target.external_id, model = target.model;
    return add_note(scope, targets, record, model);
  }
}

}  // namespace q2o::mapper::builders
