#include "services/loader/adapters/entry_owner.h"

#include <fmt/format.h>

#include <array>

namespace q2o::loader {
namespace {

constexpr std::string_view kEntry = "account.move";
constexpr std::array kOwners{std::pair{"origin_payment_id", "account.payment"},
                             std::pair{"statement_line_id", "account.bank.statement.line"}};

}  // namespace

bool is_entry(const v1::FindRecordsRequest& request) {
  return request.model() == kEntry && request.odoo_id() > 0;
}

Result<std::optional<v1::FindRecordsRequest>> owner_of_entry(Books& books, const v1::FindRecordsRequest& entry,
                                                             std::chrono::milliseconds deadline) {
  const auto args = fmt::format(R"([[["id","=",{}]],["{}","{}"]])", entry.odoo_id(), kOwners[0].first, kOwners[1].first);
  const auto read = books.call(kEntry, "search_read", args, "{}", deadline);
  if (!read) return fail(read.error());
  for (const auto& row : read->value().items()) {
    for (const auto& [field, model] : kOwners) {
      const auto owner = row[field].items();  // [id, name], or false
      if (owner.empty()) continue;
      auto about = entry;
      about.set_model(model);
      about.set_odoo_id(integer(owner[0]));
      return about;
    }
  }
  return std::nullopt;
}

std::string newest_target(pg::Pool& pool, const std::string& tenant_id, const std::string& migration_id) {
  return pool.transact([&](pg::Tx& tx) {
    const auto rows =
        tx.exec("select target_id from run where tenant_id = $1 and migration_id = $2 and target_id is not null order by run desc limit 1",
                {tenant_id, migration_id});
    return rows.empty() ? std::string() : rows[0].text("target_id");
  });
}

}  // namespace q2o::loader
