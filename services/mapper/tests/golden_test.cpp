#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "services/mapper/tests/book.h"

/// Own records in, mapped records out, as text that a person can review. After a wanted change: Q2O_UPDATE_GOLDEN=1 and look at the diff.
namespace q2o::mapper {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> inputs() {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(std::string(Q2O_SOURCE_DIR) + "/services/mapper/tests/golden")) {
    const auto name = entry.path().filename().string();
    if (name.ends_with(".json") && !name.ends_with(".mapped.json")) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

/// The values on lines of their own, one field a line, so that a diff shows what changed.
void append_target(const Target& target, std::string& out) {
  out += "    {\"external_id\": \"" + target.external_id + "\", \"model\": \"" + target.model + "\", \"operation\": \"" + target.operation +
         "\", \"wave\": \"" + target.wave + "\"";
  out += target.post ? ", \"post\": true,\n" : ",\n";
  if (target.file)
    out += "     \"file\": [\"" + target.file->id + "\", \"" + target.file->bytes + "\", \"" + target.file->changed + "\"],\n";
  const auto document = json::Document::parse(target.values_json);
  EXPECT_TRUE(document) << target.values_json;
  if (!document) return;
  bool first_part = true;
  for (const auto& part : document->root().members()) {
    out += first_part ? "     " : ",\n     ";
    first_part = false;
    out += "\"" + std::string(part.key) + "\": ";
    if (!part.value.is_object()) {
      out += part.value.raw();
      continue;
    }
    out += "{";
    bool first = true;
    for (const auto& field : part.value.members()) {
      out += first ? "\n" : ",\n";
      first = false;
      out += "       \"" + std::string(field.key) + "\": " + std::string(field.value.raw());
    }
    out += "}";
  }
  out += "}";
}

std::string printed(const std::vector<Mapped>& all) {
  std::string out = "[\n";
  bool first = true;
  for (const auto& record : all) {
    out += first ? "" : ",\n";
    first = false;
    const Outcome& outcome = record.outcome;
    out += "{\"entity\": \"" + record.entity + "\", \"id\": \"" + record.id + "\"";
    if (!outcome.label.empty()) json::append_text(out += ", \"label\": ", outcome.label);
    if (outcome.fallback) json::append_text(out += ", \"" + outcome.fallback->step + "\": ", outcome.fallback->reason);
    for (const auto& loss : outcome.losses) json::append_text(out += ",\n  \"loss\": ", loss.reason);
    if (outcome.reject) {
      json::append_text(out += ",\n  \"reject\": \"" + outcome.reject->reason + "\", \"field\": ", outcome.reject->field);
      json::append_text(out += ", \"value\": ", outcome.reject->value);
      json::append_text(out += ",\n  \"message\": ", outcome.reject->message);
      json::append_text(out += ",\n  \"hint\": ", outcome.reject->hint);
    } else if (!outcome.excluded.empty()) {
      json::append_text(out += ", \"excluded\": ", outcome.excluded);
    } else if (outcome.targets.empty()) {
      json::append_text(out += ", \"merged\": ", outcome.merged);
    } else {
      out += ", \"targets\": [\n";
      for (std::size_t i = 0; i < outcome.targets.size(); ++i) {
        if (i > 0) out += ",\n";
        append_target(outcome.targets[i], out);
      }
      out += "]";
    }
    out += "}";
  }
  return out + "\n]\n";
}

/// A posting is [account, amount, name, memo, currency, amount in currency]; what is left out is empty.
accounting::LedgerTransaction ledger_of(const json::Value& value) {
  accounting::LedgerTransaction transaction{std::string(value["id"].text()),
                                            std::string(value["type"].text()),
                                            std::string(value["date"].text()),
                                            std::string(value["number"].text()),
                                            {}};
  for (const auto& row : value["postings"].items()) {
    const auto& cells = row.items();
    const auto cell = [&](std::size_t i) { return i < cells.size() ? std::string(cells[i].text()) : std::string(); };
    accounting::Posting posting;
    posting.account_id = cell(0);
    posting.amount = Decimal::of(cell(1));
    posting.name_id = cell(2);
    posting.memo = cell(3);
    posting.currency = cell(4);
    if (cells.size() > 5) posting.amount_currency = Decimal::of(cell(5));
    transaction.postings.push_back(std::move(posting));
  }
  return transaction;
}

void read_entities(const json::Value& entities, testing::Book& book) {
  for (const auto& entity : entities.members()) {
    std::vector<RawRecord> records;
    for (const auto& record : entity.value.items()) records.push_back({std::string(record["Id"].text()), std::string(record.raw())});
    book.entity(std::string(entity.key), records);
  }
}

/// The shipped mapping, with what the file chooses otherwise ("money_mode", "stock_at_cut_over").
std::unique_ptr<Mapping> mapping_of(const json::Value& file) {
  std::string text = testing::shipped_mapping();
  for (const auto& [choice, shipped] : {std::pair{"money_mode", "native"}, std::pair{"stock_at_cut_over", "none"}}) {
    const auto said = fmt::format(R"("{}": "{}")", choice, shipped);
    if (!file[choice].text().empty()) text.replace(text.find(said), said.size(), fmt::format(R"("{}": "{}")", choice, file[choice].text()));
  }
  return std::move(Mapping::compile(text).mapping);
}

/// Files of transactions share a company ("company": its name): its own records are mapped before them and not printed. A file may take
/// its records from another one ("records_of").
std::string map_file(const fs::path& path) {
  auto document = json::Document::parse(testing::file_text(path.string())).value();
  const auto mapping = mapping_of(document.root());
  if (!mapping) return "the mapping does not compile";
  if (const auto other = document.root()["records_of"].text(); !other.empty())
    document = json::Document::parse(testing::file_text((path.parent_path() / (std::string(other) + ".json")).string())).value();
  testing::Book book(*mapping);
  std::vector<accounting::LedgerTransaction> ledger;
  for (const auto& item : document.root()["ledger"].items()) ledger.push_back(ledger_of(item));
  book.ledger(std::move(ledger));
  std::set<std::string> company;
  if (const auto name = document.root()["company"].text(); !name.empty()) {
    const auto shared =
        json::Document::parse(testing::file_text((path.parent_path() / "company" / (std::string(name) + ".json")).string())).value();
    for (const auto& entity : shared.root()["entities"].members()) company.emplace(entity.key);
    read_entities(shared.root()["entities"], book);
  }
  read_entities(document.root()["entities"], book);
  book.end();
  std::vector<Mapped> printable;
  for (const auto& record : book.all()) {
    const auto& reject = record.outcome.reject;
    if (!company.contains(record.entity))
      printable.push_back(record);
    else
      EXPECT_FALSE(reject) << record.entity << " " << record.id << " of the company: " << reject->message;
  }
  return printed(printable);
}

TEST(Golden, EveryKindOfRecordMapsAsReviewed) {
  const auto files = inputs();
  ASSERT_FALSE(files.empty());
  for (const auto& input : files) {
    const std::string got = map_file(input);
    auto expected_path = input;
    expected_path.replace_extension(".mapped.json");
    if (std::getenv("Q2O_UPDATE_GOLDEN") != nullptr) std::ofstream(expected_path) << got;
    EXPECT_EQ(testing::file_text(expected_path.string()), got) << input;
    EXPECT_TRUE(json::Document::parse(got)) << "no JSON: " << input;
  }
}

}  // namespace
}  // namespace q2o::mapper
