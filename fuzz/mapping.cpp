#include "fuzz/targets.h"
#include "services/mapper/tests/book.h"

/// Mapping files of strangers, and records of strangers under the shipped mapping.
namespace q2o::fuzz {
namespace {

const mapper::Mapping& shipped() {
  static const auto checked = mapper::Mapping::compile(mapper::testing::shipped_mapping());
  expect(checked.mapping != nullptr, "the shipped mapping compiles");
  return *checked.mapping;
}

}  // namespace

void mapping_file(std::string_view bytes) {
  const auto checked = mapper::Mapping::compile(std::string(bytes));
  expect((checked.mapping != nullptr) == checked.complaints.empty(), "a mapping, or complaints");
}

/// First line: the entity. Every record ends as something that is counted.
void record(std::string_view bytes) {
  const auto line = bytes.find('\n');
  if (line == std::string_view::npos) return;
  mapper::MemoryLookups lookups;
  mapper::Stream stream(shipped(), mapper::RunContext{"qbo1", "USD"}, lookups);
  const std::vector<mapper::RawRecord> records{{"1", std::string(bytes.substr(line + 1))}};
  const std::string entity(bytes.substr(0, line));
  const auto taken = stream.take(entity, records, true);
  expect(taken.mapped.size() + taken.deferred.size() == 1, "one record, one outcome");
  if (!taken.deferred.empty()) expect(stream.prepared(entity, records).size() == 1, "a deferred record has an outcome");
}

}  // namespace q2o::fuzz
