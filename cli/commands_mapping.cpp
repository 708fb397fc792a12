#include <fstream>
#include <iostream>
#include <sstream>

#include "cli/commands.h"
#include "common/json/json.h"
#include "q2o/mapper/v1/mapper.grpc.pb.h"

namespace q2o::cli {
namespace {

Result<std::string> content_of(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return fail(Code::not_found, "cannot read " + file, "NO_FILE", "Give the path of a mapping file.");
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace

int mapping_check(const Session& session, const std::string& file) {
  const auto text = content_of(file);
  if (!text) return report_error(session, text.error());
  const auto stub = mapper::v1::MapperService::NewStub(session.channel("mapper"));
  mapper::v1::CheckMappingRequest request;
  request.set_mapping_json(*text);
  auto response = session.call("mapper", *stub, &mapper::v1::MapperService::Stub::CheckMapping, request);
  if (!response) return report_error(session, response.error());
  if (session.json) {
    json::Writer out;
    out.begin_object().field("version", response->version()).key("complaints").begin_array();
    for (const auto& complaint : response->complaints())
      out.begin_object().field("place", complaint.place()).field("message", complaint.message()).end_object();
    out.end_array().end_object();
    std::cout << out.text() << '\n';
  } else if (response->complaints().empty()) {
    std::cout << "The mapping is complete and sound. Version " << response->version() << '\n';
  } else {
    for (const auto& complaint : response->complaints()) std::cout << complaint.place() << ": " << complaint.message() << '\n';
    std::cout << response->complaints_size() << " complaints\n";
  }
  return response->complaints().empty() ? kDone : kError;
}

int mapping_store(const Session& session, const std::string& file) {
  const auto text = content_of(file);
  if (!text) return report_error(session, text.error());
  mapper::v1::StoreMappingRequest request;
  request.set_platform("quickbooks_online");
  request.set_mapping_json(*text);
  const auto stub = mapper::v1::MapperService::NewStub(session.channel("mapper"));
  const auto stored = session.call("mapper", *stub, &mapper::v1::MapperService::Stub::StoreMapping, request);
  if (!stored) return report_error(session, stored.error());
  if (session.json) {
    std::cout << json::Writer().begin_object().field("version", stored->version()).end_object().text() << '\n';
  } else {
    std::cout << "Stored as " << stored->version() << ". New runs use it.\n"
              << "See what it changes: q2o replay --dry-run --mapping " << stored->version().substr(0, 12) << '\n';
  }
  return kDone;
}

}  // namespace q2o::cli
