#include "services/notifier/adapters/smtp_client.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <cstring>
#include <memory>
#include <stdexcept>

namespace q2o::notifier {
namespace {

constexpr std::size_t kReplyMost = 300;
constexpr std::chrono::seconds kReplyTimeout{60};

/// One mail under way, touched by curl's callbacks.
struct Session {
  const std::string& message;
  const std::function<bool()>& before_body;
  std::size_t sent = 0;
  bool body_begun = false, forbidden = false, closing = false;
  std::string command;  ///< first word of the last one that we sent, never its arguments: they may be a password
  std::string reply;    ///< the last line of the mail server
};

std::size_t on_read(char* buffer, std::size_t size, std::size_t count, void* user) {
  auto& session = *static_cast<Session*>(user);
  if (!session.body_begun) {  // the mail server has said 354
    if (!session.before_body()) {
      session.forbidden = true;
      return CURL_READFUNC_ABORT;
    }
    session.body_begun = true;
  }
  const auto piece = std::min(size * count, session.message.size() - session.sent);
  std::memcpy(buffer, session.message.data() + session.sent, piece);
  session.sent += piece;
  return piece;
}

/// curl closes with QUIT and reads its answer: that says nothing about the mail.
int on_trace(CURL*, curl_infotype kind, char* data, std::size_t size, void* user) {
  auto& session = *static_cast<Session*>(user);
  std::string_view text(data, size);
  if (kind == CURLINFO_HEADER_OUT && text.starts_with("QUIT")) session.closing = true;
  if (session.closing) return 0;
  if (kind == CURLINFO_HEADER_OUT) session.command = text.substr(0, text.find_first_of(" \r\n"));
  if (kind == CURLINFO_HEADER_IN) {
    while (!text.empty() && (text.back() == '\r' || text.back() == '\n')) text.remove_suffix(1);
    session.reply = text.substr(0, kReplyMost);
  }
  return 0;
}

struct Easy {
  CURL* handle = curl_easy_init();
  curl_slist* recipients = nullptr;
  Easy() = default;
  Easy(const Easy&) = delete;
  Easy& operator=(const Easy&) = delete;
  ~Easy() {
    curl_slist_free_all(recipients);
    curl_easy_cleanup(handle);
  }
};

/// What an attempt that did not succeed means for the mail.
Outcome judge(CURLcode code, const Session& session) {
  const auto why = std::string(curl_easy_strerror(code));
  if (session.forbidden) return {Outcome::Kind::later, "another process has it"};
  const bool refused = session.reply.starts_with('5');
  if (!refused && !session.reply.starts_with('4')) {
    if (session.body_begun) return {Outcome::Kind::unknown, "no answer to the mail: " + why};
    return {Outcome::Kind::later, why};
  }
  if (refused && session.command == "RCPT") return {Outcome::Kind::bad_address, session.reply};
  if (refused && (session.body_begun || session.command == "DATA")) return {Outcome::Kind::refused, session.reply};
  // 5xx before a recipient was named is our side or theirs, not the mail's.
  return {Outcome::Kind::later, session.reply};
}

}  // namespace

SmtpClient::SmtpClient(Options options) : options_(std::move(options)) {
  static const CURLcode global = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (global != CURLE_OK) throw std::runtime_error("libcurl does not start");
}

Outcome SmtpClient::send(const std::string& from, const std::string& to, const std::string& message,
                         const std::function<bool()>& before_body) {
  Session session{message, before_body, 0, false, false, false, {}, {}};
  Easy easy;
  CURL* curl = easy.handle;
  const auto scheme = options_.security == Security::tls ? "smtps" : "smtp";
  const auto url = fmt::format("{}://{}:{}/{}", scheme, options_.host, options_.port, options_.helo);
  const auto sender = "<" + from + ">", recipient = "<" + to + ">";
  easy.recipients = curl_slist_append(nullptr, recipient.c_str());
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");  // a mail server is reached directly
  curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, static_cast<long>(options_.connect_timeout.count()));
  // Bounds the good-bye too, which curl waits for beyond the total time.
  const auto reply_timeout = std::min(options_.total_timeout, kReplyTimeout);
  curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, static_cast<long>(reply_timeout.count()));
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, static_cast<long>(options_.total_timeout.count()));
  curl_easy_setopt(curl, CURLOPT_USE_SSL, static_cast<long>(options_.security == Security::none ? CURLUSESSL_NONE : CURLUSESSL_ALL));
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!options_.ca_file.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, options_.ca_file.c_str());
  if (!options_.user.empty()) {
    curl_easy_setopt(curl, CURLOPT_USERNAME, options_.user.c_str());
    curl_easy_setopt(curl, CURLOPT_PASSWORD, options_.password.reveal().c_str());
  }
  curl_easy_setopt(curl, CURLOPT_MAIL_FROM, sender.c_str());
  curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, easy.recipients);
  curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(curl, CURLOPT_READFUNCTION, on_read);
  curl_easy_setopt(curl, CURLOPT_READDATA, &session);
  curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L);  // for on_trace: curl tells the last reply nowhere else
  curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, on_trace);
  curl_easy_setopt(curl, CURLOPT_DEBUGDATA, &session);
  const CURLcode code = curl_easy_perform(curl);
  if (code == CURLE_OK) return {Outcome::Kind::sent, session.reply};
  return judge(code, session);
}

}  // namespace q2o::notifier
