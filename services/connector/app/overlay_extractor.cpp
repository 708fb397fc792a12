#include "services/connector/app/overlay_extractor.h"

#include <fmt/format.h>

#include <algorithm>

#include "services/connector/app/entity_extractor.h"
#include "services/connector/app/page_fetcher.h"

namespace q2o::connector {
namespace {

constexpr std::size_t kRowsTogether = 500;

/// The source does not answer at all, or a person is needed: asking in another way is of no use.
bool is_of_the_whole(FaultAction action) {
  return action == FaultAction::retry || action == FaultAction::wait || action == FaultAction::reauthenticate ||
         action == FaultAction::stop;
}

std::string with_condition(const std::string& where, const std::string& condition) {
  return where + (where.empty() ? " WHERE " : " AND ") + condition;
}

}  // namespace

Step OverlayExtractor::run() {
  EntityState state = run_.state.entities[rule_.name];
  state.entity = rule_.name;
  if (state.done) return {};
  auto overlaid = overlay(state);
  if (!overlaid) return tl::unexpected(overlaid.error());
  if (!*overlaid) {
    run_.state.entities[rule_.name].reading = "read in full: " + why_full_;
    return EntityExtractor(run_, rule_).run();
  }
  return publish(state, std::move(**overlaid));
}

Stepped<std::optional<Overlay>> OverlayExtractor::from_feed() {
  const auto& changes = run_.manifest.changes;
  auto answer = run_.caller.changes(rule_.name, run_.job.since, run_.stop);
  if (!answer) {
    if (is_of_the_whole(answer.error().action)) return tl::unexpected(run_.halt(rule_.name, answer.error()));
    return from_times();  // the feed does not know this entity, or does not look back so far
  }
  Overlay out;
  std::size_t rows = 0;
  for (const auto& key : rule_.result_keys) {
    for (const auto& item : answer->root().at(changes.feed_rows_path)[key].items()) {
      ++rows;
      std::string id;
      for (const auto& path : rule_.id) id += (id.empty() ? "" : "/") + std::string(text_at(item, path));
      if (text_at(item, changes.deleted_path) == changes.deleted_word)
        out.deleted.insert(std::move(id));
      else
        out.rows.push_back({std::move(id), std::string(item.raw())});
    }
    if (rows > 0) break;
  }
  if (rows >= static_cast<std::size_t>(changes.feed_rows_max)) return from_times();
  how_ = "by the change feed";
  return out;
}

Stepped<std::optional<Overlay>> OverlayExtractor::from_times() {
  const auto& changes = run_.manifest.changes;
  const auto where = with_condition(where_of(rule_, {}), fill(changes.updated_filter, {{"since", run_.job.since}}));
  auto counted = run_.caller.query(count_statement(run_.manifest, rule_, where), run_.stop, "count");
  if (!counted) {
    if (is_of_the_whole(counted.error().action)) return tl::unexpected(run_.halt(rule_.name, counted.error()));
    why_full_ = "the source does not list it by the time of the last change";
    return std::nullopt;
  }
  const auto count = count_in(run_.manifest, counted->root());
  if (!count || *count > static_cast<std::uint64_t>(changes.updated_rows_max)) {
    why_full_ = count ? fmt::format("{} records were changed", *count) : count.error().message;
    return std::nullopt;
  }
  Overlay out;
  std::set<std::string> listed;
  PageFetcher pages(run_, rule_, where, 1, *count);
  while (*count > 0 && !pages.ended()) {
    auto page = pages.next();
    if (!page) return tl::unexpected(run_.halt(rule_.name, page.error()));
    if (!page->unreadable.empty()) {
      why_full_ = "a changed record cannot be read";
      return std::nullopt;
    }
    for (auto& row : page->rows)
      if (listed.insert(row.id).second) out.rows.push_back(std::move(row));
  }
  how_ = "by the time of the last change";
  return out;
}

Stepped<std::optional<Overlay>> OverlayExtractor::overlay(EntityState& state) {
  if (run_.comparison == nullptr) {
    why_full_ = "the replay log does not hold the earlier run's records any more";
    return std::nullopt;
  }
  if (run_.job.since.empty()) {
    why_full_ = "it is not known when the earlier run was read";
    return std::nullopt;
  }
  const bool feed = rule_.changes == Changes::feed && !older_than(run_.job.since, run_.manifest.changes.feed_days, run_.clock.now());
  auto out = feed ? from_feed() : from_times();
  if (!out || !*out) return out;
  std::uint64_t expected = run_.comparison->size();
  for (const auto& id : (*out)->deleted) expected -= run_.comparison->knows(id) ? 1 : 0;
  for (const auto& row : (*out)->rows) expected += run_.comparison->knows(row.id) ? 0 : 1;
  auto counted = run_.caller.query(count_statement(run_.manifest, rule_, where_of(rule_, {})), run_.stop, "count");
  if (!counted) {
    // A feature that the source does not have: the full reading knows what that means.
    if (is_of_the_whole(counted.error().action)) return tl::unexpected(run_.halt(rule_.name, counted.error()));
    why_full_ = counted.error().error.message;
    return std::nullopt;
  }
  const auto count = count_in(run_.manifest, counted->root());
  if (!count || *count != expected) {
    why_full_ = count ? fmt::format("the source counts {}, the earlier run with the changes told since has {}", *count, expected)
                      : count.error().message;
    return std::nullopt;
  }
  state.counted = true;
  state.counted_before = state.counted_after = *count;
  return out;
}

Step OverlayExtractor::send(EntityState& state, std::vector<Row> rows) {
  std::erase_if(rows, [&](const Row& row) { return !sent_.insert(row.id).second; });
  if (rows.empty()) return {};
  std::vector<std::string> ids;
  for (const auto& row : rows) ids.push_back(row.id);
  run_.capture(rule_, rows);
  EntityState next = state;
  auto messages = run_.batches(std::move(rows), next);
  auto done = messages.empty() ? run_.commit(&next) : run_.publish(std::move(messages), next, std::move(ids));
  if (done) state = std::move(next);
  return done;
}

Step OverlayExtractor::publish(EntityState& state, Overlay overlay) {
  sent_ = run_.journal.ids(rule_.name);
  std::set<std::string> told = overlay.deleted;
  for (const auto& row : overlay.rows) told.insert(row.id);
  state.reading = fmt::format("as recorded, {} {}", overlay.rows.size() + overlay.deleted.size(), how_);
  Step done;
  std::vector<Row> together;
  std::stop_source halt;
  const std::stop_callback forward(run_.stop, [&halt] { halt.request_stop(); });
  const auto read = recorded_.read(
      rule_.name,
      [&](Row row) {
        if (!done || told.contains(row.id)) return;
        together.push_back(std::move(row));
        if (together.size() < kRowsTogether) return;
        done = send(state, std::exchange(together, {}));
        if (!done) halt.request_stop();
      },
      halt.get_token());
  if (!done) return done;
  if (!read) return tl::unexpected(run_.halt(rule_.name, Trouble{FaultAction::retry, read.error()}));
  if (done = send(state, std::move(together)); !done) return done;
  if (done = send(state, std::move(overlay.rows)); !done) return done;
  state.done = true;
  const auto end = run_.entity_end(state);
  return run_.publish({end}, std::move(state), {});
}

}  // namespace q2o::connector
