#pragma once

#include <shared_mutex>

#include "services/identity/edge/askers.h"
#include "services/identity/people/app/allowance.h"
#include "services/identity/people/app/claims.h"

namespace q2o::identity::people {

/// Who is asking, for the edge. Answers are kept for a second at most, and forgotten at once when anything was ended (NOTIFY), on every
/// replica: `follow` listens. Refusals are not kept.
class Access final : public Askers {
 public:
  Access(Tools& tools, Allowance& allowance) : tools_(tools), allowance_(allowance) {}
  Result<Asker> by_session(std::string_view cookie) override;
  Result<Asker> by_key(std::string_view key) override;
  Result<Asker> by_token(std::string_view claims) override;
  Status admit(const Asker& asker) override;

  void follow(std::stop_token stop);  ///< until stop
  void forget();

 private:
  using Steady = std::chrono::steady_clock;
  struct Kept {
    Asker asker;
    std::uint32_t rate = 0;
    Steady::time_point until;
  };
  /// From memory, else what `find` says, kept. A surprise refuses: who is asking cannot be known.
  template <class Find>
  Result<Asker> look_up(const std::string& hash, const Find& find);
  Result<Asker> keep(const std::string& hash, std::uint64_t generation, Result<Kept> found);
  Result<Kept> find_session(pg::Tx& tx, const std::string& hash);
  Result<Kept> find_key(pg::Tx& tx, const std::string& key_id, const std::string& secret_hash);
  Result<Kept> find_claims(pg::Tx& tx, const Claims& claims);
  Kept person_in(pg::Tx& tx, const PersonRow& person, const std::string& tenant) const;

  Tools& tools_;
  Allowance& allowance_;
  mutable std::shared_mutex mutex_;
  std::map<std::string, Kept, std::less<>> kept_;
  std::map<std::string, std::uint32_t, std::less<>> rates_;  ///< of keys
  std::uint64_t generation_ = 0;                             ///< an answer that was on its way while something ended is not kept
};

}  // namespace q2o::identity::people
