#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "common/http/http.h"
#include "sandbox/json/node.h"

namespace q2o::sandbox::stripe {

/// Sends events to one endpoint, signed as Stripe signs them; what is not answered with 2xx is sent again with growing pauses. Thread-safe.
class Webhooks {
 public:
  struct Options {
    std::string url;                   ///< empty: events are kept, not sent
    std::vector<std::string> secrets;  ///< two: as while a secret is being replaced
    std::string ca_file = {};          ///< whom to trust at the endpoint, instead of the system's certificates
    int copies = 1;                    ///< each event so often
    bool hold = false;                 ///< keep them back until release()
    int tries_max = 16;
    std::chrono::milliseconds first_pause{200};
  };
  explicit Webhooks(Options options);
  ~Webhooks();
  Webhooks(const Webhooks&) = delete;
  Webhooks& operator=(const Webhooks&) = delete;

  void configure(const std::function<void(Options&)>& change);
  /// {id, type, created, body}
  void add(Node event);
  void release(bool backwards);
  /// Sends an event that was sent before once more. False: there is no such event.
  bool resend(const std::string& event_id);
  /// Every event with how often it was tried and answered: [{id, type, tries, delivered}].
  Node describe() const;

 private:
  struct Sending {
    std::size_t event = 0;
    int tries = 0;
    std::chrono::steady_clock::time_point due;
  };
  struct Event {
    std::string id, type, body;
    int tries = 0, delivered = 0;
  };
  void queue(std::size_t event);
  void run(const std::stop_token& stop);
  bool send(const std::string& body, const Options& options);

  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  Options options_;
  std::vector<Event> events_;
  std::vector<std::size_t> held_;
  std::vector<Sending> sendings_;
  http::Client client_;
  std::jthread thread_;  // last: ends before what it uses
};

}  // namespace q2o::sandbox::stripe
