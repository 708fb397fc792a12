#pragma once

#include "q2o/validator/v1/download.grpc.pb.h"
#include "services/validator/adapters/pdf.h"
#include "services/validator/adapters/shares.h"
#include "services/validator/adapters/store.h"

namespace q2o::validator {

/// Reports as files, and links to them.
class FileService final : public v1::ReportFileService::Service {
 public:
  /// `public_url`: of the edge, without a slash at its end.
  FileService(Store& store, Shares& shares, PdfRenderer& pdf, std::string public_url)
      : store_(store), shares_(shares), pdf_(pdf), public_url_(std::move(public_url)) {}
  grpc::Status DownloadReport(grpc::ServerContext*, const v1::DownloadReportRequest*, grpc::ServerWriter<google::api::HttpBody>*) override;
  grpc::Status CreateReportShare(grpc::ServerContext*, const v1::CreateReportShareRequest*, v1::CreateReportShareResponse*) override;
  grpc::Status ListReportShares(grpc::ServerContext*, const v1::ListReportSharesRequest*, v1::ListReportSharesResponse*) override;
  grpc::Status RevokeReportShare(grpc::ServerContext*, const v1::RevokeReportShareRequest*, v1::RevokeReportShareResponse*) override;
  grpc::Status GetSharedReport(grpc::ServerContext*, const v1::GetSharedReportRequest*,
                               grpc::ServerWriter<google::api::HttpBody>*) override;

 private:
  struct Wanted {
    std::string tenant, migration, format, table;
    std::uint32_t run = 0;
  };
  Status send(grpc::ServerContext& context, const Wanted& wanted, grpc::ServerWriter<google::api::HttpBody>& writer);
  Store& store_;
  Shares& shares_;
  PdfRenderer& pdf_;
  const std::string public_url_;
};

}  // namespace q2o::validator
