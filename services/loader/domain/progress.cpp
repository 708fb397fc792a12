#include "services/loader/domain/progress.h"

namespace q2o::loader {

Progress::Fate Progress::fate(const Source& source) {
  if (source.rejected) return Fate::rejected;
  if (source.parked > 0) return Fate::parked;
  return source.open > 0 ? Fate::open : Fate::loaded;
}

void Progress::count(const std::string& entity, Fate fate, bool in) {
  auto& counts = counts_[entity];
  std::uint64_t* field = fate == Fate::loaded ? &counts.loaded : fate == Fate::rejected ? &counts.rejected : &counts.parked;
  if (fate == Fate::open) return;
  in ? ++*field : --*field;
}

template <class Change>
void Progress::change(const std::string& entity, const std::string& source_id, Change change) {
  Source& source = sources_[entity + '\n' + source_id];
  const Fate before = fate(source);
  change(source);
  const Fate after = fate(source);
  if (before == after) return;
  count(entity, before, false);
  count(entity, after, true);
}

void Progress::add(const std::string& entity, const std::string& source_id, std::uint32_t open, std::uint32_t parked, bool rejected) {
  const auto [at, is_new] = sources_.try_emplace(entity + '\n' + source_id, Source{open, parked, rejected});
  if (is_new) return count(entity, fate(at->second), true);
  change(entity, source_id, [&](Source& source) {
    source.open += open;
    source.parked += parked;
    source.rejected |= rejected;
  });
}

void Progress::done(const std::string& entity, const std::string& source_id, bool was_parked) {
  change(entity, source_id, [&](Source& source) {
    auto& waiting = was_parked ? source.parked : source.open;
    waiting -= waiting > 0 ? 1 : 0;
  });
}
void Progress::parked(const std::string& entity, const std::string& source_id, bool was_parked) {
  if (was_parked) return;
  change(entity, source_id, [](Source& source) {
    source.open -= source.open > 0 ? 1 : 0;
    ++source.parked;
  });
}
void Progress::rejected(const std::string& entity, const std::string& source_id) {
  change(entity, source_id, [](Source& source) { source.rejected = true; });
}
void Progress::clear() {
  counts_.clear();
  sources_.clear();
}

}  // namespace q2o::loader
