#include "services/loader/adapters/earlier_target_files.h"

#include <fmt/format.h>

#include "common/log/log.h"

namespace q2o::loader {
namespace {

/// The connector's word for a run that makes no call to the source.
constexpr std::string_view kNoSource = "REPLAY_WITHOUT_FILES";

/// Bytes behind a text of base64.
std::uint64_t decoded_size(std::string_view text) {
  const auto padding = text.ends_with("==") ? 2u : text.ends_with('=') ? 1u : 0u;
  return text.size() / 4 * 3 - padding;
}

}  // namespace

std::vector<EarlierTargetFiles::Place> EarlierTargetFiles::places(const RunInfo& run, const Item& item) {
  return pool_.transact([&](pg::Tx& tx) {
    std::vector<Place> out;
    for (const auto row :
         tx.exec("select target_id, odoo_id from record where tenant_id = $1 and external_id = $2 and content_hash = $3 and "
                 "model = $4 and target_id <> $5 order by written_at desc",
                 {run.tenant_id, item.external_id, item.content_hash, item.model, run.target_id}))
      out.push_back({row.text("target_id"), row.integer("odoo_id")});
    return out;
  });
}

Result<std::string> EarlierTargetFiles::read(const RunInfo& run, const Place& place) {
  const auto access = targets_.access(run.tenant_id, place.target_id);
  if (!access) return fail(access.error());
  const auto row = open_(*access)->call("ir.attachment", "read", fmt::format(R"([[{}],["datas"]])", place.odoo_id), "{}", kBatchCall);
  if (!row) return fail(row.error());
  return std::string(row->value().at("0.datas").text());
}

Result<std::string> EarlierTargetFiles::fetch(const RunInfo& run, const Item& item) {
  auto asked = source_.fetch(run, item);
  if (asked || asked.error().reason != kNoSource) return asked;
  for (const auto& place : places(run, item)) {
    auto datas = read(run, place);
    // Somebody may have put another file in its place there.
    if (datas && (item.file_bytes == 0 || decoded_size(*datas) == item.file_bytes)) return datas;
    log::warn("an earlier target does not have the file any more",
              {{"target", place.target_id}, {"id", item.file_id}, {"error", datas ? "another size" : datas.error().message}});
  }
  return asked;
}

}  // namespace q2o::loader
