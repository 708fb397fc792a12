#pragma once

/// The topics of config/topics.toml; the second word says who writes one.
namespace q2o::topic {

inline constexpr const char* kMigration = "q2o.billing.migration.v1";
inline constexpr const char* kPayment = "q2o.billing.payment.v1";
inline constexpr const char* kRaw = "q2o.connector.raw.v1";
inline constexpr const char* kConnectorStatus = "q2o.connector.status.v1";
inline constexpr const char* kMapped = "q2o.mapper.mapped.v1";
inline constexpr const char* kMapperStatus = "q2o.mapper.status.v1";
inline constexpr const char* kLoaderResult = "q2o.loader.result.v1";
inline constexpr const char* kLoaderStatus = "q2o.loader.status.v1";
inline constexpr const char* kIdentityEvent = "q2o.identity.event.v1";
inline constexpr const char* kIdentityKey = "q2o.identity.key.v1";
inline constexpr const char* kValidatorReport = "q2o.validator.report.v1";

}  // namespace q2o::topic
