#include "services/loader/app/progress_publisher.h"

#include "services/loader/app/facts.h"

namespace q2o::loader {

void ProgressPublisher::rebuild() {
  progress_.clear();
  counted_ = 0;
  done_ = records_ = 0;
  refresh();
}

void ProgressPublisher::refresh() {
  for (const auto& source : store_.sources(run_.key, counted_)) {
    progress_.add(source.entity, source.source_id, source.open, source.parked, source.rejected);
    counted_ = std::max(counted_, source.last);
    records_ += source.records;
    done_ += source.records - source.open - source.parked;
  }
}

void ProgressPublisher::take(const Fate& fate) {
  const auto& item = fate.item;
  if (item.number > counted_) return;  // came while the wave was at work: counted with what is stored of it, at the next refresh
  if (fate.kind != Fate::Kind::parked) ++done_;
  switch (fate.kind) {
    case Fate::Kind::done:
      return progress_.done(item.entity, item.source_id, item.parked);
    case Fate::Kind::parked:
      return progress_.parked(item.entity, item.source_id, item.parked);
    case Fate::Kind::rejected:
      return progress_.rejected(item.entity, item.source_id);
  }
}

void ProgressPublisher::publish_sometimes() {
  if (std::chrono::steady_clock::now() - published_at_ >= every_) publish();
}

void ProgressPublisher::publish() {
  refresh();
  published_at_ = std::chrono::steady_clock::now();
  for (const auto& [entity, count] : progress_.counts()) {
    auto& before = published_[entity];
    if (before == count) continue;
    before = count;
    store_.publish(run_, hold_, progress_fact(run_, entity, count));
  }
  if (done_ == told_done_ && records_ == told_records_) return;
  told_done_ = done_;
  told_records_ = records_;
  store_.publish(run_, hold_, load_fact(run_, std::min(done_, records_), records_, store_.totals(run_.key)));
}

}  // namespace q2o::loader
