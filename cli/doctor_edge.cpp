#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>

#include "cli/doctor.h"
#include "common/crypto/freed.h"
#include "common/http/http.h"
#include "common/json/json.h"

namespace q2o::cli {
namespace {

constexpr std::string_view kScheme = "https://";
constexpr int kDaysLeast = 14;  ///< a certificate that ends sooner needs somebody

using crypto::Freed;
using Context = std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>>;
using Chain = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;

struct Edge {
  std::string address;      ///< "https://127.0.0.1:15443"
  std::string authorities;  ///< PEM; empty: the system's
};

/// The one that commands go to, else that of this machine's stack. Nothing: there is none.
std::optional<Edge> edge_of(const Session& session) {
  if (session.login) return Edge{session.login->edge, session.login->authorities};
  const char* port = std::getenv("Q2O_PORT_EDGE");
  if (port == nullptr) return std::nullopt;
  Edge edge{std::string(kScheme) + "127.0.0.1:" + port, ""};
  if (const char* file = std::getenv("Q2O_EDGE_CERTIFICATE")) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    edge.authorities = text.str();
  }
  return edge;
}

void trust(SSL_CTX* context, const std::string& authorities) {
  if (authorities.empty()) {
    SSL_CTX_set_default_verify_paths(context);
    return;
  }
  const Chain text(BIO_new_mem_buf(authorities.data(), static_cast<int>(authorities.size())));
  while (const Certificate one{PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr)})
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), one.get());
  ERR_clear_error();  // its end is reported as one
}

/// "2028-11-29", and in how many days that is.
std::pair<std::string, int> end_of(const X509* certificate) {
  std::tm end{};
  int days = 0, seconds = 0;
  const auto* until = X509_get0_notAfter(certificate);
  if (ASN1_TIME_to_tm(until, &end) != 1 || ASN1_TIME_diff(&days, &seconds, nullptr, until) != 1) return {"a day that cannot be read", 0};
  return {fmt::format("{:04}-{:02}-{:02}", end.tm_year + 1900, end.tm_mon + 1, end.tm_mday), days};
}

bool is_for(X509* certificate, const std::string& host) {
  return X509_check_ip_asc(certificate, host.c_str(), 0) == 1 || X509_check_host(certificate, host.data(), host.size(), 0, nullptr) == 1;
}

/// The certificate as the edge shows it; false: nobody answers there.
bool check_certificate(const Edge& edge, Findings& findings) {
  auto target = edge.address.substr(kScheme.size());
  if (target.rfind(':') == std::string::npos || target.ends_with(']')) target += ":443";
  auto host = target.substr(0, target.rfind(':'));
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  const Context context(SSL_CTX_new(TLS_client_method()));
  trust(context.get(), edge.authorities);
  const Chain chain(BIO_new_ssl_connect(context.get()));  // looks at any certificate: what is wrong with it is said below
  SSL* tls = nullptr;
  BIO_get_ssl(chain.get(), &tls);
  BIO_set_conn_hostname(chain.get(), target.c_str());
  SSL_set_tlsext_host_name(tls, host.c_str());
  if (BIO_do_connect_retry(chain.get(), kPatienceMilliseconds / 1000, 50) <= 0) {
    findings.push_back({"edge", "down", "nobody answers over TLS at " + edge.address, "start it with `make up`, " + logs_of("edge")});
    return false;
  }
  const Certificate certificate(SSL_get1_peer_certificate(tls));
  const auto [until, days] = end_of(certificate.get());
  const auto trusted = SSL_get_verify_result(tls);
  const auto detail = fmt::format("of {}, until {} ({} days)", host, until, days);
  if (!is_for(certificate.get(), host))
    findings.push_back(
        {"certificate", "other", "the certificate is not for " + host, "give the edge a certificate for the name that people use"});
  else if (days < 0)
    findings.push_back({"certificate", "expired", detail, "renew it and restart the edge: nobody can reach it safely"});
  else if (trusted != X509_V_OK)
    findings.push_back({"certificate", "not trusted", detail + ": " + X509_verify_cert_error_string(trusted),
                        "give q2o who vouches for it (`q2o login --ca`, Q2O_EDGE_CERTIFICATE), or the edge a certificate that is known"});
  else
    findings.push_back({"certificate", days < kDaysLeast ? "ends soon" : "valid", detail,
                        days < kDaysLeast ? "renew it before that day and restart the edge" : ""});
  return true;
}

/// Who is not signed in is refused by identity, in its own words; everything else comes from the edge itself.
Finding check_identity(const Edge& edge) {
  http::Options options;
  options.verify_tls = false;  // the certificate has a line of its own, and nothing secret is sent
  http::Client client(options);
  http::Request request;
  request.url = edge.address + "/api/v1/account/me";
  const auto answer = client.send(request, std::chrono::milliseconds(2 * kPatienceMilliseconds));
  if (!answer) return {"edge", "down", answer.error().message, "start it with `make up`, " + logs_of("edge")};
  if (answer->status == 401 && answer->body.find("NOT_SIGNED_IN") != std::string::npos)
    return {"edge", "answers", edge.address + ", and identity answers about calls", ""};
  if (answer->status == 503) return {"edge", "closed", edge.address + ": identity does not answer, so nothing passes", logs_of("identity")};
  return {"edge", "strange", fmt::format("{} answers HTTP {} to a caller who is not signed in", edge.address, answer->status),
          "look whether it is an edge of Quick2Odoo; " + logs_of("edge")};
}

}  // namespace

void check_edge(const Session& session, Findings& findings) {
  const auto edge = edge_of(session);
  if (edge && check_certificate(*edge, findings)) findings.push_back(check_identity(*edge));
}

}  // namespace q2o::cli
