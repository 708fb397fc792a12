#include "services/validator/adapters/odoo_target.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "common/rpc/rpc.h"
#include "services/validator/adapters/temporary_file.h"
#include "services/validator/domain/target_builder.h"

namespace q2o::validator {
namespace {

constexpr std::chrono::milliseconds kDeadline{120'000};
constexpr int kPage = 2'000;
constexpr auto kPosted = R"(["parent_state","=","posted"])";

std::string field_list(const std::vector<std::string>& fields) {
  json::Writer writer;
  writer.begin_array();
  for (const auto& field : fields) writer.string(field);
  writer.end_array();
  return writer.take();
}

}  // namespace

OdooTarget::OdooTarget(const std::string& loader) : loader_(loader::v1::LoaderService::NewStub(rpc::channel(loader))) {}

Result<json::Document> OdooTarget::call(const Run& run, const std::string& model, const std::string& method, std::string args,
                                        std::string kwargs) {
  const auto context = rpc::context(run.tenant, "validator", kDeadline);
  loader::v1::ReadTargetRequest request;
  request.set_target_id(run.target_id);
  request.set_model(model);
  request.set_method(method);
  request.set_args_json(std::move(args));
  request.set_kwargs_json(std::move(kwargs));
  loader::v1::ReadTargetResponse response;
  if (const auto status = loader_->ReadTarget(context.get(), request, &response); !status.ok()) return fail(rpc::to_error(status));
  auto document = json::Document::parse(std::move(*response.mutable_result_json()));
  if (document && !document->root().is_array()) {
    return fail(Code::data_loss, fmt::format("{} of {} is not a list", method, model), "TARGET_ANSWER", "The proof was not made.");
  }
  return document;
}

Status OdooTarget::each(const Run& run, const std::string& model, const std::string& domain, const std::vector<std::string>& fields,
                        const std::function<void(const json::Value&)>& take, std::stop_token stop) {
  std::string last = "0";
  while (true) {
    if (stop.stop_requested()) return fail(Code::cancelled, "the proof was stopped", "STOPPED");
    const auto args = fmt::format(R"([[{}["id",">",{}]]])", domain.empty() ? "" : domain + ",", last);
    const auto kwargs =
        fmt::format(R"({{"fields":{},"order":"id","limit":{},"load":null,"context":{{"active_test":false}}}})", field_list(fields), kPage);
    const auto page = call(run, model, "search_read", args, kwargs);
    if (!page) return fail(page.error());
    const auto rows = page->root().items();
    for (const auto& row : rows) take(row);
    if (rows.size() < static_cast<std::size_t>(kPage)) return {};
    last = std::string(rows.back()["id"].text());
  }
}

Result<TargetBooks> OdooTarget::read(const Run& run, const std::set<std::string>& days, std::stop_token stop) {
  TargetBuilder builder(run.slug, [] { return std::make_shared<TemporaryFile>(); });
  using Take = void (TargetBuilder::*)(const json::Value&);
  struct Wanted {
    std::string model, domain;
    std::vector<std::string> fields;
    Take take;
  };
  const std::vector<Wanted> wanted{
      {"res.currency", "", {"id", "name", "decimal_places"}, &TargetBuilder::currency},
      {"res.company", "", {"id", "currency_id"}, &TargetBuilder::company},
      {"ir.model.data", R"(["module","=","q2o"])", {"id", "name", "model", "res_id"}, &TargetBuilder::external_id},
      {"account.account", "", {"id", "code", "name", "account_type"}, &TargetBuilder::account},
      {"account.journal", "", {"id", "name", "type", "default_account_id", "currency_id"}, &TargetBuilder::journal},
      {"res.partner", "", {"id", "name"}, &TargetBuilder::partner},
      {"account.move", "", {"id", "name", "date", "state"}, &TargetBuilder::move},
      {"account.payment", "", {"id", "move_id", "state"}, &TargetBuilder::payment},
      {"account.bank.statement.line", "", {"id", "move_id", "journal_id", "amount"}, &TargetBuilder::statement_line},
      {"account.move.line",
       R"(["parent_state","in",["draft","posted"]])",
       {"id", "move_id", "account_id", "partner_id", "balance", "amount_currency", "amount_residual", "amount_residual_currency",
        "currency_id", "date", "date_maturity", "parent_state"},
       &TargetBuilder::item},
  };
  for (const auto& want : wanted) {
    const auto take = [&](const json::Value& row) { (builder.*want.take)(row); };
    if (auto done = each(run, want.model, want.domain, want.fields, take, stop); !done) return fail(done.error());
  }
  // Only ours: a target in use has many attachments.
  if (const auto files = builder.files(); !files.empty()) {
    const auto take = [&](const json::Value& row) { builder.file(row); };
    const auto domain = fmt::format(R"(["id","in",[{}]])", fmt::join(files, ","));
    if (auto done = each(run, "ir.attachment", domain, {"id", "file_size"}, take, stop); !done) return fail(done.error());
  }
  for (const auto& day : days) {
    const auto args = fmt::format(R"([[{},["date","<=","{}"]],["balance:sum"],["account_id"]])", kPosted, day);
    const auto groups = call(run, "account.move.line", "read_group", args, R"({"lazy":false})");
    if (!groups) return fail(groups.error());
    for (const auto& group : groups->root().items()) builder.balance(day, group);
    builder.day_read(day);
  }
  return builder.finish();
}

}  // namespace q2o::validator
