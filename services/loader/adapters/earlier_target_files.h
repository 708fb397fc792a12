#pragma once

#include "services/loader/adapters/targets.h"
#include "services/loader/app/source_files.h"

namespace q2o::loader {

/// Where the source may not be asked (a replay), the bytes come from another target of the tenant, if the record ledger says that the same
/// file, unchanged since, was written there. Everything else is the business of the files behind it.
class EarlierTargetFiles final : public SourceFiles {
 public:
  EarlierTargetFiles(SourceFiles& source, pg::Pool& pool, Targets& targets, OpenBooks open)
      : source_(source), pool_(pool), targets_(targets), open_(std::move(open)) {}
  Result<std::string> fetch(const RunInfo& run, const Item& item) override;

 private:
  struct Place {
    std::string target_id;
    std::int64_t odoo_id = 0;
  };
  std::vector<Place> places(const RunInfo& run, const Item& item);
  Result<std::string> read(const RunInfo& run, const Place& place);
  SourceFiles& source_;
  pg::Pool& pool_;
  Targets& targets_;
  OpenBooks open_;
};

}  // namespace q2o::loader
