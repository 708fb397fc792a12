#include "common/http/http.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <strings.h>
#include <sys/socket.h>

#include <array>
#include <condition_variable>
#include <ctime>
#include <deque>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>

#include "common/failpoint/failpoint.h"
#include "common/http/guard.h"

namespace q2o::http {
namespace {

const failpoint::Point kBeforeCall{"before_call"};
const failpoint::Point kAfterCall{"after_call"};

/// Of an answer's head; libcurl 7.88 bounds a line but not their number.
constexpr std::size_t kHeadBytesMax = 256u << 10;

struct Easy {
  CURL* handle = curl_easy_init();
  curl_slist* headers = nullptr;
  curl_slist* resolve = nullptr;
  Easy() = default;
  Easy(const Easy&) = delete;
  Easy& operator=(const Easy&) = delete;
  ~Easy() {
    curl_slist_free_all(headers);
    curl_slist_free_all(resolve);
    curl_easy_cleanup(handle);
  }
};

/// One request under way: owned by the caller's stack frame, touched by the loop thread until `done`.
struct Transfer {
  const Request* request = nullptr;
  std::string url;
  std::chrono::milliseconds deadline{0};
  const Guard* guard = nullptr;
  Easy easy;
  Response response;
  std::size_t body_sent = 0;
  std::size_t head_bytes = 0, body_bytes_max = 0;
  std::size_t too_large = 0;  ///< the bound that the answer has broken
  std::string_view refused;   ///< the network that the guard does not let us into
  std::array<char, CURL_ERROR_SIZE> trouble{};
  CURLcode code = CURLE_OK;
  std::mutex mutex;
  std::condition_variable finished;
  bool done = false;
};

/// The body of the request, from its begin to its end and never again: on a kept connection that ends without an answer libcurl sends the
/// whole request once more by itself where it can go back to the begin (Curl_retry_request), and what was done already is done twice.
std::size_t on_send(char* to, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const auto sent = transfer.request->body.copy(to, size * count, transfer.body_sent);
  transfer.body_sent += sent;
  return sent;
}

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  if (transfer.response.body.size() + size * count > transfer.body_bytes_max) {
    transfer.too_large = transfer.body_bytes_max;
    return 0;  // curl ends the transfer
  }
  transfer.response.body.append(data, size * count);
  return size * count;
}

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  std::string_view line(data, size * count);
  transfer.head_bytes += line.size();
  if (transfer.head_bytes > kHeadBytesMax) {
    transfer.too_large = kHeadBytesMax;
    return 0;
  }
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  if (line.starts_with("HTTP/")) transfer.response.headers.clear();  // a new block after "100 Continue"
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return size * count;
  auto value = line.substr(colon + 1);
  while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
  transfer.response.headers.push_back({std::string(line.substr(0, colon)), std::string(value)});
  return size * count;
}

/// libcurl is about to connect: what a name server says now may differ from what it said when somebody looked.
curl_socket_t on_open(void* user, curlsocktype, curl_sockaddr* address) {
  auto& transfer = *static_cast<Transfer*>(user);
  if (const auto network = transfer.guard->refuses(address->addr); !network.empty()) {
    transfer.refused = network;
    return CURL_SOCKET_BAD;
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

void set_guard(Transfer& transfer, const Guard& guard) {
  CURL* easy = transfer.easy.handle;
  transfer.guard = &guard;
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, guard.rules().allow_private ? "http,https" : "https");
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");  // a proxy of the environment would connect for us, without our look at the address
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &transfer);
}

void prepare(Transfer& transfer, const Options& options) {
  CURL* easy = transfer.easy.handle;
  const Request& request = *transfer.request;
  curl_easy_setopt(easy, CURLOPT_URL, transfer.url.c_str());
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer.trouble.data());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(std::max<std::int64_t>(1, transfer.deadline.count())));
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout.count()));
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, options.verify_tls ? 1L : 0L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, options.verify_tls ? 2L : 0L);
  if (!options.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, options.ca_file.c_str());
  for (const auto& entry : options.resolve) transfer.easy.resolve = curl_slist_append(transfer.easy.resolve, entry.c_str());
  if (transfer.easy.resolve != nullptr) curl_easy_setopt(easy, CURLOPT_RESOLVE, transfer.easy.resolve);
  if (options.guard) set_guard(transfer, *options.guard);
  curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
  curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_PRIVATE, &transfer);
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  if (!request.body.empty() || request.method == "POST") {
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_send);
    curl_easy_setopt(easy, CURLOPT_READDATA, &transfer);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    if (request.body.empty()) curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);  // nothing to go back over: it would be repeated
  }
  auto*& headers = transfer.easy.headers;
  headers = curl_slist_append(headers, "Expect:");  // no waiting for "100 Continue"
  for (const auto& header : request.headers) headers = curl_slist_append(headers, (header.name + ": " + header.value).c_str());
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
}

/// How far the request came, for those that certainly never reached the other side; empty: it may have.
std::string_view reason_never_sent(CURLcode code, bool sent) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return "HOST_UNKNOWN";
    case CURLE_COULDNT_CONNECT:
      return "CONNECTION_REFUSED";
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
      return "TLS_FAILED";
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return "BAD_URL";
    case CURLE_OPERATION_TIMEDOUT:
      return sent ? "" : "CONNECT_TIMEOUT";
    default:
      return "";
  }
}

std::optional<Error> struck(const failpoint::Point& point, const Request& request, Effect effect) {
  try {
    point.hit(request.url);
    return std::nullopt;
  } catch (const failpoint::Struck& hurt) {
    return Error{Code::unavailable, hurt.what(), Retry::after_backoff, effect, "NO_ANSWER", {}, {}};
  }
}

/// Whether a byte of the request has left us.
bool was_sent(CURL* easy) {
  long bytes = 0;
  return curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &bytes) != CURLE_OK || bytes > 0;
}

Error describe(const Transfer& transfer) {
  // It would have sent the request again, see on_send.
  const CURLcode code = transfer.code == CURLE_SEND_FAIL_REWIND ? CURLE_GOT_NOTHING : transfer.code;
  if (!transfer.refused.empty() && code == CURLE_COULDNT_CONNECT) return leads_inside(transfer.refused);
  const auto reason = reason_never_sent(code, was_sent(transfer.easy.handle));
  Error error{Code::unavailable,
              fmt::format("{} ({})", curl_easy_strerror(code), transfer.request->method),
              Retry::after_backoff,
              reason.empty() ? Effect::unknown : Effect::none,
              reason.empty() ? "NO_ANSWER" : std::string(reason),
              {},
              {}};
  if (transfer.too_large > 0) {
    error.code = Code::resource_exhausted;
    error.message = fmt::format("the answer is larger than {} bytes", transfer.too_large);
    error.reason = "ANSWER_TOO_LARGE";
    error.retry = Retry::never;
  } else if (code == CURLE_OPERATION_TIMEDOUT) {
    error.code = Code::deadline_exceeded;
    if (reason.empty()) error.reason = "TIMEOUT";
  } else if (reason == "BAD_URL") {
    error.code = Code::invalid_argument;
    error.retry = Retry::never;
  } else if (reason == "TLS_FAILED" && transfer.trouble[0] != 0) {
    error.message = transfer.trouble.data();  // "SSL certificate problem: certificate has expired"
  }
  return error;
}

}  // namespace

/// The loop thread alone touches `multi`; callers hand over transfers by the queue.
struct Client::State {
  Options options;
  CURLM* multi = nullptr;
  std::mutex mutex;
  std::deque<Transfer*> queue;
  bool stop = false;
  std::thread loop;

  void run() {
    for (;;) {
      {
        std::lock_guard lock(mutex);
        if (stop && queue.empty()) return;
        for (; !queue.empty(); queue.pop_front()) curl_multi_add_handle(multi, queue.front()->easy.handle);
      }
      int running = 0;
      curl_multi_perform(multi, &running);
      finish_done();
      curl_multi_poll(multi, nullptr, 0, 1000, nullptr);
    }
  }

  void finish_done() {
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      CURL* easy = message->easy_handle;
      const CURLcode code = message->data.result;
      Transfer* transfer = nullptr;
      curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
      curl_multi_remove_handle(multi, easy);
      std::lock_guard lock(transfer->mutex);
      transfer->code = code;
      transfer->done = true;
      transfer->finished.notify_one();
    }
  }
};

Client::Client(Options options) : state_(std::make_unique<State>()) {
  static const CURLcode global = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (global != CURLE_OK) throw std::runtime_error("libcurl does not start");
  state_->options = options;
  state_->multi = curl_multi_init();
  curl_multi_setopt(state_->multi, CURLMOPT_MAX_HOST_CONNECTIONS, static_cast<long>(options.connections_per_host_max));
  state_->loop = std::thread([this] { state_->run(); });
}

Client::~Client() {
  {
    std::lock_guard lock(state_->mutex);
    state_->stop = true;
  }
  curl_multi_wakeup(state_->multi);
  state_->loop.join();
  curl_multi_cleanup(state_->multi);
}

Result<Response> Client::send(const Request& request, std::chrono::milliseconds deadline) {
  Transfer transfer;
  transfer.request = &request;
  transfer.url = request.url;
  if (state_->options.guard) {
    auto checked = state_->options.guard->check(request.url);
    if (!checked) return fail(checked.error());
    transfer.url = std::move(*checked);
  }
  transfer.deadline = deadline;
  transfer.body_bytes_max = request.body_bytes_max > 0 ? request.body_bytes_max : state_->options.body_bytes_max;
  prepare(transfer, state_->options);
  if (auto hurt = struck(kBeforeCall, request, Effect::none)) return fail(*hurt);
  {
    std::lock_guard lock(state_->mutex);
    state_->queue.push_back(&transfer);
  }
  curl_multi_wakeup(state_->multi);
  std::unique_lock lock(transfer.mutex);
  transfer.finished.wait(lock, [&] { return transfer.done; });  // curl's own time-out bounds this
  if (auto hurt = struck(kAfterCall, request, Effect::unknown)) return fail(*hurt);
  if (transfer.code != CURLE_OK) return fail(describe(transfer));
  long status = 0;
  curl_easy_getinfo(transfer.easy.handle, CURLINFO_RESPONSE_CODE, &status);
  transfer.response.status = static_cast<int>(status);
  return std::move(transfer.response);
}

std::string_view Response::header(std::string_view name) const {
  for (const auto& header : headers) {
    if (header.name.size() == name.size() && strncasecmp(header.name.data(), name.data(), name.size()) == 0) return header.value;
  }
  return {};
}

std::chrono::milliseconds Response::retry_after() const {
  const std::string value(header("Retry-After"));
  if (value.empty()) return std::chrono::milliseconds(0);
  if (value.find_first_not_of("0123456789") == std::string::npos) {
    return std::chrono::seconds(value.size() > 6 ? 999999 : std::stol(value));
  }
  const std::time_t at = curl_getdate(value.c_str(), nullptr);
  const std::time_t now = std::time(nullptr);
  return at > now ? std::chrono::seconds(at - now) : std::chrono::seconds(0);
}

std::string percent_encode(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) || c == '-' || c == '_' || c == '.' || c == '~') {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

}  // namespace q2o::http
