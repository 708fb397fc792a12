#include "fuzz/targets.h"
#include "services/mapper/domain/repairs.h"
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

/// Three lines: a path, the value that a person wants there, the record. What a repair makes of a record is a record.
void repair(std::string_view bytes) {
  const auto first = bytes.find('\n'), second = bytes.find('\n', first == std::string_view::npos ? first : first + 1);
  if (second == std::string_view::npos) return;
  const std::string path(bytes.substr(0, first)), value(bytes.substr(first + 1, second - first - 1)), body(bytes.substr(second + 1));
  const auto record = json::Document::parse(body);
  if (!record) return;
  for (const bool as_text : {true, false}) {
    mapper::ValueChange change{path, as_text ? std::optional(value) : std::nullopt, as_text ? "" : value, false};
    auto wanted = mapper::read_change(record->root(), change);
    if (!wanted) {
      expect(!wanted.error().message.empty(), "a refusal says why");
      continue;
    }
    wanted->entity = "Invoice";
    wanted->source_id = "1";
    const auto repaired = mapper::Repairs({*wanted}).apply("Invoice", "1", body);
    if (repaired && repaired->body) expect(json::Document::parse(*repaired->body).has_value(), "a repaired record can be read");
  }
}

}  // namespace q2o::fuzz
