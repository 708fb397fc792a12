/// What a company of the sandbox's generator becomes, one line per mapped record (`q2o-mapped-dump generated:us:small:1`): two builds that
/// map alike print the same bytes. The second argument is a first day, where the migration is to have one.
#include <iostream>

#include "services/mapper/tests/generated_book.h"

namespace {

using namespace q2o;

std::string line_of(const mapper::Mapped& mapped) {
  const auto& outcome = mapped.outcome;
  json::Writer out;
  out.begin_object().field("entity", mapped.entity).field("id", mapped.id).field("label", outcome.label);
  out.field("merged", outcome.merged).field("excluded", outcome.excluded).field("posting", outcome.posting).key("targets").begin_array();
  for (const auto& target : outcome.targets) {
    out.begin_object().field("id", target.external_id).field("model", target.model).field("operation", target.operation);
    out.field("wave", target.wave).field("post", target.post).field("values", target.values_json).key("references").begin_array();
    for (const auto& reference : target.references) out.string(reference);
    out.end_array();
    if (target.file) out.field("file", target.file->id).field("bytes", target.file->bytes).field("changed", target.file->changed);
    out.end_object();
  }
  out.end_array().key("claimed").begin_array();
  for (const auto& id : outcome.claimed) out.string(id);
  out.end_array().key("losses").begin_array();
  for (const auto& loss : outcome.losses) out.string(loss.field).string(loss.value).string(loss.reason);
  out.end_array();
  if (outcome.fallback) out.field("fallback", outcome.fallback->step).field("because", outcome.fallback->reason);
  if (const auto& reject = outcome.reject)
    out.field("field", reject->field).field("value", reject->value).field("reason", reject->reason).field("message", reject->message);
  return out.end_object().take();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: q2o-mapped-dump RECIPE [FIRST_DAY]\n";
    return 2;
  }
  mapper::Extent extent;
  if (argc > 2) extent = {mapper::Depth::open, argv[2]};
  const mapper::testing::GeneratedBook made(argv[1], std::move(extent));
  for (const auto& mapped : made.book.all()) std::cout << line_of(mapped) << '\n';
}
