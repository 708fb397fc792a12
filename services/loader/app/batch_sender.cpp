#include "services/loader/app/batch_sender.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "common/liveness/pause.h"
#include "common/log/log.h"
#include "services/loader/app/file_fetcher.h"
#include "services/loader/domain/odoo_error.h"
#include "services/loader/domain/pace.h"

namespace q2o::loader {
namespace {

void wait_in_real_time(std::chrono::milliseconds at_most, const std::stop_token& stop) {
  liveness::pause(at_most, stop);
}

double jitter() {
  thread_local std::mt19937 source(std::random_device{}());
  return std::uniform_real_distribution<double>(0.0, 1.0)(source);
}

Fate rejected(Item item, const Error& error) {
  Fate fate{Fate::Kind::rejected, std::move(item), 0, "", "", error.reason, error.message, error.hint};
  if (fate.hint.empty()) fate.hint = "Correct the record in the source (or the mapping) and run again; the rest of the run is unharmed.";
  return fate;
}

/// Records that somebody must let in first: trying each alone would only repeat it.
bool concerns_the_whole_target(const Error& error) {
  return error.code == Code::unauthenticated || (error.code == Code::not_found && error.reason != "ODOO_MISSING_ERROR") ||
         error.message.find("ir.actions.server") != std::string::npos;
}

}  // namespace

Fate fate_of(Item item, const Answer& answer) {
  if (answer.outcome == "waits") return {Fate::Kind::parked, std::move(item), 0, "", answer.message, "", "", ""};
  if (answer.outcome == "rejected") return rejected(std::move(item), odoo_error(answer.error_name, answer.message));
  return {Fate::Kind::done, std::move(item), answer.id, answer.outcome, "", "", "", ""};
}

BatchSender::BatchSender(Books& books, Action& action, Options options) : books_(books), action_(action), options_(std::move(options)) {
  if (!options_.wait) options_.wait = wait_in_real_time;
}

Delivery BatchSender::send(Batch batch, const std::stop_token& stop) const {
  Delivery out;
  out.records = batch.items.size();
  auto items = options_.files == nullptr ? std::move(batch.items) : options_.files->fetch(std::move(batch.items), out, stop);
  deliver(std::move(items), batch.update, false, out, stop);
  return out;
}

Status BatchSender::look(std::vector<Item>& items, std::optional<Known>& before, bool unknown, Delivery& out) const {
  if (before && !unknown) return {};
  if (unknown) {
    auto told = action_.told();
    if (!told) return fail(told.error());
    std::ranges::move(told->settings, std::back_inserter(out.settings));
    std::ranges::move(told->changes, std::back_inserter(out.changes));
  }
  std::vector<std::string> names;
  for (const auto& item : items) names.push_back(item.external_id);
  auto found = look_up(books_, names);
  if (!found) return fail(found.error());
  if (before)
    resolve_unknown(items, *before, *found, out);
  else
    before = std::move(*found);
  return {};
}

void BatchSender::resolve_unknown(std::vector<Item>& items, const Known& before, const Known& found, Delivery& out) {
  std::vector<Item> missing;
  for (auto& item : items) {
    const auto at = found.find(item.external_id);
    // Known before the lost call: the comparison has to be repeated. Writes leave no trace and are harmless to repeat.
    if (at == found.end() || before.contains(item.external_id) || item.operation == "write")
      missing.push_back(std::move(item));
    else
      out.fates.push_back(Fate{Fate::Kind::done, std::move(item), at->second, "created", "", "", "", ""});
  }
  items = std::move(missing);
}

void BatchSender::deliver(std::vector<Item> items, bool update, bool isolate, Delivery& out, const std::stop_token& stop) const {
  std::optional<Known> before;
  if (!update) before.emplace();
  bool unknown = false, too_much = false;
  for (int attempt = 1; !items.empty(); ++attempt) {
    Error error;
    if (const auto looked = look(items, before, unknown, out); !looked) {
      error = looked.error();
      if (error.retry == Retry::never) return leave(std::move(items), error, out);  // says nothing about the records
    } else {
      if (items.empty()) return;
      if (too_much && items.size() > 1) return in_halves(std::move(items), update, isolate, out, stop);
      unknown = false;
      const auto begun = std::chrono::steady_clock::now();
      auto answered = action_.run(items, update, isolate);
      const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun);
      out.slowest = std::max(out.slowest, took);
      if (answered) return take(std::move(items), *answered, out);
      error = answered.error();
      unknown = error.effect == Effect::unknown;
      out.lost_update |= unknown && update;
      too_much = error.reason == kTimeLimit || (unknown && took > options_.long_call);
      if (error.retry == Retry::never) return after_permanent(std::move(items), update, isolate, error, out, stop);
    }
    ++out.troubles;
    log::warn("batch has to be repeated",
              {{"records", items.size()}, {"attempt", attempt}, {"reason", error.reason}, {"error", error.message}});
    if (attempt >= options_.attempts || stop.stop_requested()) return leave(std::move(items), error, out);
    options_.wait(std::max(error.retry_after, Pace::backoff(attempt, jitter())), stop);
  }
}

void BatchSender::take(std::vector<Item> items, const BatchAnswer& answered, Delivery& out) {
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto& answer = answered.answers[i];
    out.unmatched.insert(out.unmatched.end(), answer.unmatched.begin(), answer.unmatched.end());
    out.fates.push_back(fate_of(std::move(items[i]), answer));
  }
  out.settings.insert(out.settings.end(), answered.settings.begin(), answered.settings.end());
  out.changes.insert(out.changes.end(), answered.changes.begin(), answered.changes.end());
}

void BatchSender::leave(std::vector<Item> items, const Error& error, Delivery& out) {
  out.stopped_by = error;
  out.waits_for_source = false;
  std::move(items.begin(), items.end(), std::back_inserter(out.left));
}

void BatchSender::after_permanent(std::vector<Item> items, bool update, bool isolate, const Error& error, Delivery& out,
                                  const std::stop_token& stop) const {
  if (concerns_the_whole_target(error)) return leave(std::move(items), error, out);
  if (!isolate) return deliver(std::move(items), update, true, out, stop);
  // Even record by record the call fails as a whole: halve until the culprit stands alone.
  if (items.size() == 1) {
    out.fates.push_back(rejected(std::move(items.front()), error));
    return;
  }
  in_halves(std::move(items), update, true, out, stop);
}

void BatchSender::in_halves(std::vector<Item> items, bool update, bool isolate, Delivery& out, const std::stop_token& stop) const {
  const auto middle = items.begin() + static_cast<std::ptrdiff_t>(items.size() / 2);
  std::vector<Item> second(std::make_move_iterator(middle), std::make_move_iterator(items.end()));
  items.erase(middle, items.end());
  deliver(std::move(items), update, isolate, out, stop);
  if (out.stopped_by)
    std::move(second.begin(), second.end(), std::back_inserter(out.left));
  else
    deliver(std::move(second), update, isolate, out, stop);
}

}  // namespace q2o::loader
