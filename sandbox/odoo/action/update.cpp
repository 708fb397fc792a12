#include "sandbox/odoo/action/action.h"
#include "sandbox/odoo/errors.h"
#include "sandbox/odoo/rules/money.h"

namespace q2o::sandbox::odoo::action {

namespace {

constexpr std::array<std::string_view, 6> kSoftMoveFields{"name",          "ref", "narration", "invoice_date_due", "payment_reference",
                                                          "invoice_origin"};

/// Lines of a move are replaced as a whole; others are written in place while their number is the same, which keeps what links to them.
Dict replace_lines(const Record& record, const Dict& values) {
  Dict out;
  for (const auto& [name, value] : values.members()) {
    const Field* field = record.table().model().find(name);
    if (!field || field->type != Type::one2many) {
      out[name] = value;
      continue;
    }
    Ids ids = record.ids(name);
    std::ranges::sort(ids);
    List commands;
    if (record.model() != "account.move" && ids.size() == value.list().size()) {
      for (std::size_t i = 0; i < ids.size(); ++i) commands.emplace_back(List{Any(1), Any(ids[i]), value.list()[i].list().back()});
    } else {
      commands.emplace_back(List{Any(5), Any(0), Any(0)});
      for (const Any& command : value.list()) commands.push_back(command);
    }
    out[name] = Any(std::move(commands));
  }
  return out;
}

}  // namespace

void Batch::forget(const std::string& name) {
  Table& data = env_.database().table("ir.model.data");
  for (const Id id : find_by(data, "name", Value::of_text(name)))
    if (Record(env_, data, id).text("module") == module_) env_.database().remove(data, id);
  known_.erase(name);
}

std::vector<std::string> Batch::matches_of(const Record& move) {
  std::set<Id> partials;
  for (const Record& line : move.many("line_ids"))
    for (const char* side : {"matched_debit_ids", "matched_credit_ids"})
      for (const Id id : line.ids(side)) partials.insert(id);
  std::vector<std::string> names;
  Table& data = env_.database().table("ir.model.data");
  for (const Id partial : partials)
    for (const Id row : find_by(data, "res_id", Value::of_integer(partial))) {
      const Record known(env_, data, row);
      if (known.text("model") == "account.partial.reconcile" && known.text("module") == module_) names.push_back(known.text("name"));
    }
  return names;
}

void Batch::update(Row& row) {
  const Dict& body = *row.body;
  const Any* sudo_asked = body.find("sudo");
  const Record stored = env_.record(row.model(), known_.find(row.external_id())->second.id);
  if (!stored.exists()) {  // deleted behind the ORM's back: its external id points to nothing
    forget(row.external_id());
    std::vector<Row> rows{std::move(row)};
    return create_rows(rows);
  }
  const ContextScope context(env_, context_of(body));
  const SudoScope sudo(env_, sudo_asked && sudo_asked->truthy());
  Dict wanted = row.values;
  for (const auto& [name, value] : row.then.members()) wanted[name] = value;
  Dict changes = differences(stored, wanted);
  const bool changed = !changes.members().empty();
  const bool postable = stored.model() == "account.move" || stored.model() == "account.payment";
  const bool unposted = row.post() && postable && is_draft(stored);
  if (!changed && !unposted) return answer(row, stored.id(), "unchanged");
  std::vector<std::string> lost;
  if (stored.model() == "account.move") {
    lost = change_move(stored, std::move(changes), row.post());
  } else if (stored.model() == "account.payment" || stored.model() == "account.bank.statement.line") {
    if (changed)
      lost = remake(row, stored);
    else
      post(stored);
  } else {
    note_before(stored, changes);
    write_changes(stored, std::move(changes), row.then);
  }
  row.lost.insert(row.lost.end(), lost.begin(), lost.end());
  answer(row, known_.find(row.external_id())->second.id, "changed");
}

std::vector<std::string> Batch::change_move(const Record& move, Dict changes, bool wants_post) {
  Dict context = env_.context;
  context["skip_invoice_sync"] = Any(true);
  const ContextScope scope(env_, std::move(context));
  const bool hard = std::ranges::any_of(
      changes.members(), [](const auto& member) { return std::ranges::find(kSoftMoveFields, member.first) == kSoftMoveFields.end(); });
  const Any* state = changes.find("state");
  const bool cancel = (state && state->text() == "cancel") || (move.text("state") == "cancel" && !wants_post);
  changes.erase("state");
  std::vector<std::string> lost;
  MatchesByOthers by_others;
  if (hard && move.text("state") != "draft") {
    lost = matches_of(move);
    by_others = matches_by_others(move);
    draft_moves(env_, {move.id()});
  }
  if (!changes.members().empty()) env_.write("account.move", {move.id()}, replace_lines(move, changes));
  if (cancel && move.text("state") == "draft")
    env_.store(move, "state", Value::of_text("cancel"));
  else if (wants_post && move.text("state") == "draft")
    post(move);
  match_again(move, by_others);
  return lost;
}

/// Payments and statement lines: an edit as draft would recompute their items, so they are made anew under the same external id.
std::vector<std::string> Batch::remake(Row& row, const Record& record) {
  std::vector<std::string> lost = matches_of(record.ref("move_id"));
  const MatchesByOthers by_others = matches_by_others(record.ref("move_id"));
  const std::string model = record.model();
  const std::string name = row.external_id();
  env_.unlink(record.model(), {record.id()});
  forget(name);
  row.outcome = "changed";
  std::vector<Row> rows{row};
  create_rows(rows);
  match_again(env_.record(model, known_.find(name)->second.id).ref("move_id"), by_others);
  return lost;
}

void Batch::write_changes(const Record& stored, Dict changes, const Dict& then) {
  if (const Any* code = changes.find("code"); code && stored.model() == "account.account") make_room(code->text(), stored.id());
  if (const Any* lines =
          changes.find("order_line")) {  // lines of a confirmed order cannot be taken away: back to draft, then confirmed again
    Dict draft, only_lines;
    draft["state"] = Any("draft");
    if (stored.table().model().find("locked")) draft["locked"] = Any(false);
    env_.write(stored.model(), {stored.id()}, draft);
    only_lines["order_line"] = *lines;
    env_.write(stored.model(), {stored.id()}, replace_lines(stored, only_lines));
    changes.erase("order_line");
    for (const auto& [name, value] : then.members()) changes[name] = value;
  }
  env_.write(stored.model(), {stored.id()}, replace_lines(stored, changes));
}

void Batch::take_write(Row row) {
  const Dict& body = *row.body;
  check_keys("write", body, {"record", "values", "context", "sudo"});
  flush();
  Missing missing;
  const Any* target_expression = body.find("record");
  const Id target = target_expression ? resolve(*target_expression, missing).id() : 0;
  const Dict values = resolve_fields(body.find("values"), missing);
  if (!missing.empty()) return wait_for(row, missing);
  if (!may_write(row.model())) refuse("the model '" + row.model() + "' is not one of its own");
  const Record stored = env_.record(row.model(), target);
  if (!stored.exists()) throw user_error("The record to write does not exist");
  const Any* sudo_asked = body.find("sudo");
  const ContextScope context(env_, context_of(body));
  const SudoScope sudo(env_, sudo_asked && sudo_asked->truthy());
  Dict changes = differences(stored, values);
  const bool changed = !changes.members().empty();
  note_before(stored, changes);
  if (changed) write_changes(stored, std::move(changes), {});
  answer(row, target, changed ? "changed" : "unchanged");
}

}  // namespace q2o::sandbox::odoo::action
