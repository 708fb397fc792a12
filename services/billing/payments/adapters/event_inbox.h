#pragma once

#include <optional>

#include "common/crypto/crypto.h"
#include "common/pg/pg.h"
#include "services/billing/payments/app/settle.h"

namespace q2o::billing::payments {

inline constexpr std::string_view kEventsChannel = "billing_stripe_events";

/// Whether a secret key is of Stripe's live mode; nothing when there is none, or it does not say.
std::optional<bool> mode_of(const config::Secret& key);

/// Stripe's webhooks: believed, stored (sealed), answered; worked on later. The body is deleted then: what counts stands in the payment,
/// and Stripe keeps the event. What is of the other mode than our key is kept whole, because it may be the key that is wrong.
class EventInbox {
 public:
  struct Options {
    std::vector<config::Secret> secrets;  ///< of the endpoint; two while one is being replaced
    std::optional<bool> live;             ///< events of the other mode wait; not known: all are worked on
    crypto::Sealer sealer;                ///< of bodies: they name people, and whose they are is not known when they come
  };
  EventInbox(pg::Pool& pool, const Settler& settler, Options options, Seconds seconds, Probe& probe)
      : pool_(pool), settler_(settler), options_(std::move(options)), seconds_(std::move(seconds)), probe_(probe) {}

  /// Stores an event. Error invalid_argument: signature or body are wrong, it will never be taken.
  Status take(const std::string& body, const std::string& signature);
  /// Works on the next event, if there is one that is due. An event that cannot be worked on is tried again later, with growing pauses.
  bool work_on_one();
  /// Events of the other mode are due again: the key may be another one than when they came. Called at the start.
  void look_again();
  /// What was stored and leads to nothing yet, oldest first: of the other mode, or tried in vain.
  std::vector<v1::WaitingEvent> waiting(std::uint32_t most) const;

 private:
  Applied apply(pg::Tx& tx, const std::string& id, const std::string& stored) const;
  /// What was written by a program that did not seal comes as it is.
  std::string opened(const std::string& id, const std::string& stored) const;
  pg::Pool& pool_;
  const Settler& settler_;
  Options options_;
  Seconds seconds_;
  Probe& probe_;
};

}  // namespace q2o::billing::payments
