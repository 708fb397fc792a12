#include "common/sealing/remote_keys.h"

#include "common/liveness/pause.h"
#include "common/log/log.h"
#include "common/sealing/services.h"

namespace q2o::sealing {
namespace {

constexpr std::chrono::milliseconds kDeadline{3000};
constexpr std::chrono::seconds kLookEvery{5};
/// A version that is not there is asked for once more, but not for each of a thousand rows.
constexpr std::chrono::seconds kAskAgainAfter{1};

tl::unexpected<Error> unavailable(const std::string& cause) {
  return fail(Error{Code::unavailable,
                    "data keys cannot be had from the identity service: " + cause,
                    Retry::after_backoff,
                    Effect::none,
                    "KEYS_UNAVAILABLE",
                    "Start the identity service; the work goes on by itself.",
                    {}});
}

}  // namespace

RemoteKeys::RemoteKeys(Options options, metrics::Registry& metrics)
    : options_(std::move(options)),
      stub_(identity::v1::KeyService::NewStub(rpc::channel(options_.address))),
      kept_(metrics.gauge("q2o_sealing_owners", "Owners whose data keys are kept in memory")),
      answered_(metrics.counter("q2o_sealing_key_calls_total", "Calls for data keys", {{"outcome", "answered"}})),
      failed_(metrics.counter("q2o_sealing_key_calls_total", "Calls for data keys", {{"outcome", "failed"}})) {}

Result<identity::v1::GetDataKeysResponse> RemoteKeys::ask(const identity::v1::GetDataKeysRequest& request,
                                                          std::chrono::milliseconds deadline) {
  grpc::Status status;
  identity::v1::GetDataKeysResponse response;
  // A service that is just being started anew is there in a second: the call waits for it, once more when it was lost on the way. While it
  // stays away only one call in a while waits: others hold connections and locks.
  bool patient = true;
  {
    const std::lock_guard lock(mutex_);
    patient = Clock::now() - refused_ > kAskAgainAfter;
  }
  for (int attempt = 0; attempt < 2; ++attempt) {
    const auto context = service_context(request.owner().tenant_id(), options_.service, options_.token, deadline);
    context->set_wait_for_ready(patient);
    status = stub_->GetDataKeys(context.get(), request, &response);
    if (status.error_code() != grpc::StatusCode::UNAVAILABLE) break;
  }
  if (!status.ok()) {
    failed_.add();
    const std::lock_guard lock(mutex_);
    refused_ = Clock::now();
    return fail(rpc::to_error(status));
  }
  answered_.add();
  const std::lock_guard lock(mutex_);
  contact_ = Clock::now();
  return response;
}

Result<RemoteKeys::EntryPtr> RemoteKeys::fetch(const Owner& owner) {
  identity::v1::GetDataKeysRequest request;
  request.mutable_owner()->set_tenant_id(owner.tenant);
  request.mutable_owner()->set_migration_id(owner.migration);
  for (;;) {
    std::uint64_t before = 0;
    {
      const std::lock_guard lock(mutex_);
      before = changes_;
    }
    const auto answer = ask(request, kDeadline);
    if (!answer) return fail(answer.error());
    const auto entry = std::make_shared<Entry>();
    for (const auto& key : answer->keys())
      entry->keys[key.version()] = std::make_shared<const DataKey>(DataKey{key.version(), config::Secret(key.key())});
    entry->destroyed.insert(answer->destroyed_versions().begin(), answer->destroyed_versions().end());
    entry->answered = Clock::now();
    entry->used = entry->answered;
    const std::lock_guard lock(mutex_);
    if (before != changes_) continue;
    entries_[owner] = entry;
    kept_.set(static_cast<double>(entries_.size()));
    return entry;
  }
}

Result<RemoteKeys::EntryPtr> RemoteKeys::find(const Owner& owner) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(owner);
    if (found != entries_.end() && Clock::now() - found->second->answered < options_.valid) {
      found->second->used = Clock::now();
      return found->second;
    }
  }
  auto fetched = fetch(owner);
  if (!fetched) return unavailable(fetched.error().message);
  return fetched;
}

Result<RemoteKeys::EntryPtr> RemoteKeys::find_living(const Owner& owner) {
  auto entry = find(owner);
  if (entry && (*entry)->keys.empty()) return unavailable("the answer holds no key");
  return entry;
}

Result<DataKeyPtr> RemoteKeys::current(const Owner& owner) {
  const auto entry = find_living(owner);
  if (!entry) return fail(entry.error());
  return (*entry)->keys.rbegin()->second;
}

Result<DataKeyPtr> RemoteKeys::oldest(const Owner& owner) {
  const auto entry = find_living(owner);
  if (!entry) return fail(entry.error());
  return (*entry)->keys.begin()->second;
}

Result<DataKeyPtr> RemoteKeys::version(const Owner& owner, std::uint32_t version) {
  auto entry = find(owner);
  if (!entry) return fail(entry.error());
  const bool known = (*entry)->keys.contains(version) || (*entry)->destroyed.contains(version);
  if (!known && Clock::now() - (*entry)->answered > kAskAgainAfter) {
    entry = fetch(owner);
    if (!entry) return unavailable(entry.error().message);
  }
  if (const auto key = (*entry)->keys.find(version); key != (*entry)->keys.end()) return key->second;
  if ((*entry)->destroyed.contains(version))
    return fail(Code::data_loss, "the key of this content was destroyed", "KEY_DESTROYED", "The content was purged and cannot come back.");
  return unavailable("it does not know version " + std::to_string(version) + " of a key; restore its database");
}

void RemoteKeys::forget(const std::string& tenant, const std::string& migration) {
  const std::lock_guard lock(mutex_);
  ++changes_;
  std::erase_if(entries_, [&](const auto& entry) {
    return entry.first.tenant == tenant && (migration.empty() || entry.first.migration == migration);
  });
  kept_.set(static_cast<double>(entries_.size()));
}

void RemoteKeys::refresh_once() {
  std::vector<Owner> old;
  bool silent = true;
  {
    const std::lock_guard lock(mutex_);
    const auto now = Clock::now();
    std::erase_if(entries_, [&](const auto& entry) { return now - entry.second->used.load() > options_.valid; });
    for (const auto& [owner, entry] : entries_) {
      if (now - entry->answered > options_.fresh) old.push_back(owner);
    }
    silent = now - contact_ > options_.fresh;
  }
  Result<identity::v1::GetDataKeysResponse> there;
  if (old.empty() && silent) there = ask({}, kDeadline);
  Status done;
  if (!there) done = fail(there.error());
  for (const auto& owner : old) {
    if (const auto fetched = fetch(owner); !fetched) {
      done = fail(fetched.error());
      break;  // the others will not fare better
    }
  }
  if (!done) log::warn("the identity service does not answer; keys in memory go on being used", {{"error", done.error().message}});
}

void RemoteKeys::refresh(std::stop_token stop) {
  while (!stop.stop_requested()) {
    refresh_once();
    // Until the first answer often: a service is not ready without.
    liveness::pause(usable() ? std::chrono::milliseconds(kLookEvery) : std::chrono::milliseconds(200), stop);
  }
}

bool RemoteKeys::usable() const {
  const std::lock_guard lock(mutex_);
  return contact_ != Clock::time_point{} && Clock::now() - contact_ < options_.valid;
}

}  // namespace q2o::sealing
