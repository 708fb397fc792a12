#pragma once

#include <memory>

#include "q2o/connector/v1/connector.grpc.pb.h"
#include "q2o/loader/v1/loader.grpc.pb.h"
#include "q2o/mapper/v1/mapper.grpc.pb.h"
#include "services/validator/app/ports.h"

namespace q2o::validator {

class GrpcNotes final : public Notes {
 public:
  GrpcNotes(const std::string& connector, const std::string& mapper, const std::string& loader);
  RunNotes read(const Run& run) override;

 private:
  void extraction(const Run& run, RunNotes& notes);
  void changes(const Run& run, RunNotes& notes);
  void mapping(const Run& run, RunNotes& notes);
  void mapper_rejects(const Run& run, RunNotes& notes);
  void loader_rejects(const Run& run, RunNotes& notes);
  void loading(const Run& run, RunNotes& notes);

  std::unique_ptr<connector::v1::ConnectorService::Stub> connector_;
  std::unique_ptr<mapper::v1::MapperService::Stub> mapper_;
  std::unique_ptr<loader::v1::LoaderService::Stub> loader_;
};

}  // namespace q2o::validator
