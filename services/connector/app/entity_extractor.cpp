#include "services/connector/app/entity_extractor.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace q2o::connector {
namespace {

/// The count of a listing that is known to have moved: agrees with none.
constexpr std::uint64_t kVoid = 0;

/// The row before a page is another one than when the page before was read (`last`; empty: by a process before, or unreadable).
bool moved(const Page& page, const std::string& last, const std::set<std::string>& sent) {
  if (!page.before) return false;
  return last.empty() ? !sent.contains(*page.before) : *page.before != last;
}

tl::expected<std::uint64_t, Trouble> ask_count(RunContext& run, const EntityRule& rule, const std::string& where) {
  if (!rule.countable) return 0;
  auto answer = run.caller.query(count_statement(run.manifest, rule, where), run.stop, "count");
  if (!answer) return tl::unexpected(std::move(answer.error()));
  auto counted = count_in(run.manifest, answer->root());
  if (!counted) return tl::unexpected(Trouble{FaultAction::permanent, counted.error()});
  return *counted;
}

}  // namespace

bool Lookahead::can_ask(const EntityRule& rule) const {
  if (rule.listing != Listing::paged || !rule.countable || !rule.filter_in.empty()) return false;
  const auto known = run_.state.entities.find(rule.name);
  return known == run_.state.entities.end() || (!known->second.done && !known->second.counted);
}

void Lookahead::before(std::size_t turn) {
  asked_ = std::max(asked_, turn);
  for (; asked_ < plan_.size() && static_cast<int>(under_way_.size()) <= run_.options.entities_ahead; ++asked_) {
    const auto& rule = *plan_[asked_];
    if (!can_ask(rule)) continue;
    under_way_.emplace(rule.name, run_.pool.submit([&run = run_, &rule] {
      const auto where = where_of(rule, {});
      Early early{ask_count(run, rule, where), {}};
      if (early.count && *early.count > 0)
        early.first = fetch_page(run.manifest, run.caller, rule, where, 1, run.manifest.query.page_rows, run.stop);
      return early;
    }));
  }
}

std::optional<Early> Lookahead::take(const EntityRule& rule) {
  const auto found = under_way_.find(rule.name);
  if (found == under_way_.end()) return std::nullopt;
  auto early = found->second.get();
  under_way_.erase(found);
  return early;
}

Step EntityExtractor::run() {
  EntityState state = run_.state.entities[rule_.name];
  state.entity = rule_.name;
  if (state.done) return {};
  const auto captured = run_.state.captures.find(rule_.filter_capture);
  const bool nothing_to_ask = !rule_.filter_in.empty() && (captured == run_.state.captures.end() || captured->second.empty());
  if (nothing_to_ask) {
    // Nobody knows what to ask for where the entity that tells it was not given.
    for (const auto& capture : run_.manifest.captures)
      if (capture.name == rule_.filter_capture) state.absence = run_.state.entities[capture.entity].absence;
    return close(std::move(state));
  }
  return rule_.listing == Listing::once ? once(std::move(state)) : paged(std::move(state));
}

Step EntityExtractor::close(EntityState state) {
  state.done = true;
  const auto end = run_.entity_end(state);
  return run_.publish({end}, std::move(state), {});
}

Step EntityExtractor::absent_or_halt(EntityState state, const Trouble& trouble) {
  const bool absent = trouble.action == FaultAction::absent || (trouble.action == FaultAction::absent_if_optional && rule_.optional);
  if (!absent || state.extracted > 0) return tl::unexpected(run_.halt(rule_.name, trouble));
  // A feature that is off leaves nothing behind; a question that is refused may hide records.
  const bool off = trouble.action == FaultAction::absent;
  state.absence = off ? v1::ABSENCE_FEATURE_OFF : v1::ABSENCE_REFUSED;
  state.explanation = fmt::format("{}: {}.{}{}", off ? "The feature is off in the source" : "The source refused to list it",
                                  trouble.error.message, trouble.error.hint.empty() ? "" : " ", trouble.error.hint);
  return close(std::move(state));
}

Step EntityExtractor::once(EntityState state) {
  auto answer = run_.caller.query(once_statement(run_.manifest, rule_), run_.stop);
  if (!answer) return absent_or_halt(std::move(state), answer.error());
  auto rows = rows_in(run_.manifest, rule_, answer->root());
  if (!rows) return tl::unexpected(run_.halt(rule_.name, Trouble{FaultAction::permanent, rows.error()}));
  run_.capture(rule_, *rows);
  const auto& time = run_.manifest.changes.time_path;
  if (run_.state.source_time.empty() && !time.empty()) run_.state.source_time = std::string(answer->root().at(time).text());
  state.counted_before = state.counted_after = rows->size();
  std::vector<std::string> ids;
  for (const auto& row : *rows) ids.push_back(row.id);
  auto messages = run_.batches(std::move(*rows), state);
  state.done = true;
  messages.push_back(run_.entity_end(state));
  return run_.publish(std::move(messages), std::move(state), std::move(ids));
}

tl::expected<std::uint64_t, Trouble> EntityExtractor::count(const std::string& where) {
  return ask_count(run_, rule_, where);
}

Step EntityExtractor::pass(EntityState& state, const std::string& where, std::set<std::string>& sent, std::set<std::string>& listed) {
  std::optional<tl::expected<Page, Trouble>> first;
  if (early_ && state.position == 1) first = std::exchange(early_->first, std::nullopt);
  PageFetcher pages(run_, rule_, where, state.position, std::max(state.counted_before, state.counted_after), std::move(first));
  pages_ = 0;
  std::string last;
  while (!pages.ended()) {
    auto page = pages.next();
    if (!page) return tl::unexpected(run_.halt(rule_.name, page.error()));
    ++pages_;
    // Kept with the position: a process that goes on from here must not take the numbers for agreement either.
    if (moved(*page, last, sent)) state.counted_after = kVoid;
    last = page->last;
    if (page->covered == 0) break;
    EntityState next = state;
    std::vector<Row> fresh;
    std::vector<std::string> ids;
    for (auto& row : page->rows) {
      listed.insert(row.id);
      if (!sent.insert(row.id).second) continue;
      ids.push_back(row.id);
      fresh.push_back(std::move(row));
    }
    if (next.pass == 1)
      for (const auto& sentence : page->unreadable) {
        ++next.unreadable;
        next.explanation += sentence;
      }
    run_.capture(rule_, fresh);
    next.position = pages.position();
    auto messages = run_.batches(std::move(fresh), next);
    auto done = messages.empty() ? run_.commit(&next) : run_.publish(std::move(messages), next, std::move(ids));
    if (!done) return done;
    state = std::move(next);
  }
  return {};
}

/// The listing has no snapshot: what moved while it was read is found by counting again and by the borders of the pages (one added and
/// one deleted leave the count as it was), and read again.
Step EntityExtractor::paged(EntityState state) {
  const auto captured = run_.state.captures.find(rule_.filter_capture);
  const std::string where = where_of(rule_, captured == run_.state.captures.end() ? std::vector<std::string>{} : captured->second);
  if (!state.counted) {
    const auto before = early_ ? early_->count : count(where);
    if (!before) return absent_or_halt(std::move(state), before.error());
    state.counted = true;
    state.counted_before = state.counted_after = *before;
    if (*before == 0 && rule_.countable) return close(std::move(state));
    if (auto done = run_.commit(&state); !done) return done;
  }
  auto sent = run_.journal.ids(rule_.name);
  while (true) {
    std::set<std::string> listed;
    const bool whole = state.position == 1;
    if (auto done = pass(state, where, sent, listed); !done) return done;
    // One answer is one moment: a listing that came whole in it, with as many rows as were counted, has not moved.
    const bool in_one = whole && pages_ == 1 && rule_.countable && state.unreadable == 0 && state.extracted == state.counted_before;
    const auto after = in_one ? tl::expected<std::uint64_t, Trouble>(state.counted_before) : count(where);
    if (!after) return tl::unexpected(run_.halt(rule_.name, after.error()));
    // A count that moved means that pages shifted: rows may have slipped past even though the numbers agree.
    const bool calm = *after == state.counted_after;
    state.counted_after = *after;
    if (!rule_.countable) state.counted_before = state.counted_after = state.extracted + state.unreadable;
    const std::uint64_t known = state.extracted + state.unreadable;
    if (known == state.counted_after && calm) break;
    if (whole && calm && known > state.counted_after && listed.size() + state.unreadable == state.counted_after) {
      const auto gone = known - state.counted_after;
      state.explanation += fmt::format("{} deleted in the source while the entity was read. ",
                                       gone == 1 ? std::string("1 record was") : fmt::format("{} records were", gone));
      break;
    }
    if (static_cast<int>(state.pass) >= run_.options.passes_max) {
      state.explanation +=
          known == state.counted_after
              ? fmt::format("Records were added and deleted each of the {} times that the entity was read. ", state.pass)
              : fmt::format("The source counts {} but lists {}; it was asked {} times. ", state.counted_after, known, state.pass);
      break;
    }
    ++state.pass;
    state.position = 1;
    if (auto done = run_.commit(&state); !done) return done;
  }
  if (state.counted_before != state.counted_after && state.explanation.empty())
    state.explanation = fmt::format("The source counted {} before and {} after: records were added or deleted while they were read. ",
                                    state.counted_before, state.counted_after);
  return close(std::move(state));
}

}  // namespace q2o::connector
