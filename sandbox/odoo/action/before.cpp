#include "sandbox/odoo/action/action.h"
#include "sandbox/odoo/action/undo.h"

// What an undo will put back: values of the target's own records before they were written.
namespace q2o::sandbox::odoo::action {

bool Batch::is_own(const Record& record) {
  const Record whole = record.model() == "account.payment.method.line" ? record.ref("journal_id") : record;
  Table& data = env_.database().table("ir.model.data");
  return std::ranges::any_of(find_by(data, "res_id", Value::of_integer(whole.id())), [&](Id id) {
    const Record row(env_, data, id);
    return row.text("model") == whole.model() && row.text("module") == module_ && whole.text("create_date") >= row.text("create_date");
  });
}

void Batch::note_before(const Record& record, const Dict& changes) {
  if (is_own(record)) return;
  for (const auto& member : changes.members()) {
    const Field* field = record.table().model().find(member.first);
    if (!field || field->type == Type::one2many || field->type == Type::binary || field->type == Type::json || field->type_name == "html")
      continue;
    noted_.push_back({record.model(), member.first, record.id(), plain(record, member.first)});
  }
}

void Batch::write_changes_noted(json::Writer& out) {
  out.key("changes").begin_array();
  for (const Noted& noted : noted_) {
    out.begin_object().field("model", noted.model).field("id", noted.id).field("field", noted.field).key("before");
    noted.before.write(out);
    out.key("after");
    plain(env_.record(noted.model, noted.id), noted.field).write(out);
    out.end_object();
  }
  out.end_array();
}

}  // namespace q2o::sandbox::odoo::action
