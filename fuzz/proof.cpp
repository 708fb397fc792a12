#include <array>

#include "fuzz/targets.h"
#include "services/validator/domain/proof.h"
#include "services/validator/domain/source_builder.h"
#include "services/validator/domain/target_builder.h"

/// The proof of books that strangers wrote. Each line is an answer: "source ENTITY ID JSON", "report NAME JSON" or "odoo KIND JSON".
namespace q2o::fuzz {
namespace {

using Take = void (validator::TargetBuilder::*)(const json::Value&);
struct Kind {
  std::string_view name;
  Take take;
};
constexpr std::array kKinds{Kind{"name", &validator::TargetBuilder::external_id},
                            Kind{"account", &validator::TargetBuilder::account},
                            Kind{"journal", &validator::TargetBuilder::journal},
                            Kind{"move", &validator::TargetBuilder::move},
                            Kind{"item", &validator::TargetBuilder::item},
                            Kind{"payment", &validator::TargetBuilder::payment},
                            Kind{"statement_line", &validator::TargetBuilder::statement_line},
                            Kind{"partner", &validator::TargetBuilder::partner},
                            Kind{"currency", &validator::TargetBuilder::currency},
                            Kind{"company", &validator::TargetBuilder::company},
                            Kind{"file", &validator::TargetBuilder::file}};

/// Up to the blank; the rest stays.
std::string_view word(std::string_view& line) {
  const auto blank = std::min(line.find(' '), line.size());
  const auto out = line.substr(0, blank);
  line.remove_prefix(std::min(blank + 1, line.size()));
  return out;
}

void take(validator::TargetBuilder& target, std::string_view kind, std::string_view text) {
  const auto row = json::Document::parse(std::string(text));
  if (!row) return;
  if (kind == "balance") return target.balance("2026-01-31", row->root());
  for (const auto& one : kKinds)
    if (one.name == kind) (target.*one.take)(row->root());
}

}  // namespace

/// A proof of anything ends with a verdict, and is MATCHED only when it has compared something or there is nothing.
void proof(std::string_view bytes) {
  validator::SourceBuilder source;
  validator::TargetBuilder target("qbo1");
  try {
    while (!bytes.empty()) {
      const auto end = std::min(bytes.find('\n'), bytes.size());
      auto line = bytes.substr(0, end);
      bytes.remove_prefix(std::min(end + 1, bytes.size()));
      const auto side = word(line), name = word(line);
      if (side == "source") {
        const auto id = word(line);
        source.record(std::string(name), std::string(id), line);
      } else if (side == "report") {
        source.report(std::string(name), "2026-01-01", "2026-01-31", std::string(line));
      } else if (side == "odoo") {
        take(target, name, line);
      }
    }
    auto books = source.finish();
    const auto found = target.finish();
    if (!found) return expect(!found.error().message.empty(), "a refusal says why");
    expect(!validator::prove(std::move(books), *found, {}).verdict.empty(), "a proof ends with a verdict");
  } catch (const std::overflow_error&) {  // amounts beyond 128 bits: promised, the proof fails and says so
  }
}

}  // namespace q2o::fuzz
