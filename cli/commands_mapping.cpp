#include <fstream>
#include <iostream>
#include <sstream>

#include "cli/commands.h"
#include "common/json/json.h"
#include "q2o/mapper/v1/mapper.grpc.pb.h"

namespace q2o::cli {

int mapping_check(const Session& session, const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in)
    return report_error(
        session,
        Error{Code::not_found, "cannot read " + file, Retry::never, Effect::none, "NO_FILE", "Give the path of a mapping file.", {}});
  std::ostringstream text;
  text << in.rdbuf();
  const auto stub = mapper::v1::MapperService::NewStub(session.channel("mapper"));
  mapper::v1::CheckMappingRequest request;
  request.set_mapping_json(text.str());
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

}  // namespace q2o::cli
