#include <filesystem>
#include <fstream>
#include <iostream>

#include "cli/commands.h"
#include "cli/ids.h"
#include "cli/terminal.h"
#include "common/json/json.h"
#include "q2o/billing/v1/purge.grpc.pb.h"

namespace q2o::cli {
namespace {

constexpr std::chrono::minutes kDeadline{10};

/// Reports that `q2o report` and `q2o migrate` have put on this machine.
std::uintmax_t delete_reports(const Session& session, const json::Value& certificate) {
  std::uintmax_t files = 0;
  for (const auto& migration : certificate["migrations"].items())
    files += std::filesystem::remove_all(session.state_folder + "/reports/" + std::string(migration.text()));
  return files;
}

Result<std::string> save(const Session& session, const billing::v1::Certificate& certificate) {
  const std::filesystem::path folder = session.state_folder + "/certificates";
  std::filesystem::create_directories(folder);
  const auto path = (folder / ("purge-" + certificate.purge_id() + ".json")).string();
  std::ofstream file(path, std::ios::binary);
  file << certificate.json();
  if (!file.flush()) return fail(Code::failed_precondition, "cannot write " + path, "STATE_FOLDER", "q2o purge --list prints it again.");
  return path;
}

void print(const billing::v1::Certificate& certificate) {
  const auto document = json::Document::parse(certificate.json()).value();
  const auto& root = document.root();
  std::cout << bold("Destroyed: " + std::string(root["scope"].text())) << " at " << root["finished_at"].text() << '\n';
  for (const auto& [table, rows] : root["rows_deleted"].members())
    if (rows.text() != "0") std::cout << "  " << table << ": " << grouped(std::stoull(std::string(rows.text()))) << " rows\n";
  for (const auto& key : root["keys_destroyed"].items()) std::cout << "  key " << key["key_id"].text() << '\n';
  std::cout << "SHA-256 of the certificate: " << certificate.sha256() << '\n';
}

int list(const Session& session, billing::v1::PurgeService::Stub& stub) {
  const auto all =
      session.call("billing", stub, &billing::v1::PurgeService::Stub::ListCertificates, billing::v1::ListCertificatesRequest());
  if (!all) return report_error(session, all.error());
  for (const auto& certificate : all->certificates()) {
    if (session.json)
      std::cout << certificate.json() << '\n';
    else
      print(certificate);
  }
  if (!session.json && all->certificates().empty()) std::cout << "Nothing was purged.\n";
  return kDone;
}

}  // namespace

int purge(const Session& session, const PurgeOptions& options) {
  const auto stub = billing::v1::PurgeService::NewStub(session.channel("billing"));
  if (options.list) return list(session, *stub);
  billing::v1::PurgeRequest request;
  request.set_whole_tenant(options.tenant);
  request.set_reason(options.reason);
  request.set_settings_may_stay(options.leave_settings);
  std::string what = "everything that is kept here of this tenant: all migrations, connections and their content";
  if (!options.tenant) {
    const auto migration = choose_migration(session, options.migration_id);
    if (!migration) return report_error(session, migration.error());
    request.set_migration_id(migration->migration_id());
    what = "what is kept here of " + (migration->name().empty() ? "the migration" : migration->name()) + " (" +
           short_id(migration->migration_id()) + ")";
  }
  if (!options.yes && !confirmed("A purge destroys " + what + ", with its key, for good. QuickBooks and Odoo are not touched.", "purge")) {
    std::cerr << "Nothing was purged.\n";
    return kUsage;
  }
  const auto done = session.call("billing", *stub, &billing::v1::PurgeService::Stub::Purge, request, kDeadline);
  if (!done) return report_error(session, done.error());
  const auto& certificate = done->certificate();
  const auto document = json::Document::parse(certificate.json());
  if (!document) return report_error(session, document.error());
  const auto files = delete_reports(session, document->root());
  const auto path = save(session, certificate);
  if (!path) return report_error(session, path.error());
  if (session.json) {
    json::Writer out;
    out.begin_object().key("certificate").raw(certificate.json()).field("sha256", certificate.sha256()).field("file", *path);
    std::cout << out.field("report_files_deleted", static_cast<std::int64_t>(files)).end_object().text() << '\n';
    return kDone;
  }
  print(certificate);
  std::cout << "Certificate: " << *path << "\nReports in other folders, and what you have sent on, are yours to delete.\n";
  return kDone;
}

}  // namespace q2o::cli
