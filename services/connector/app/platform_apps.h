#pragma once

#include <map>
#include <string>

#include "common/config/config.h"
#include "services/connector/domain/manifest.h"

namespace q2o::connector {

/// This installation's application at a platform: who we are there, and where the browser comes back to.
struct PlatformApp {
  std::string client_id;
  config::Secret client_secret;
  std::string redirect_uri;
  std::string base_url, authorize_url, token_url, revoke_url;  ///< the platform's own unless the configuration says otherwise (a sandbox)
};
using PlatformApps = std::map<std::string, PlatformApp>;  ///< by platform

/// oauth.PLATFORM.{client_id, client_secret, redirect_uri} of each platform, and base_url, authorize_url, token_url, revoke_url where they
/// differ from the platform's. Without a client_id there is no sign-in by browser.
PlatformApps read_platform_apps(config::Reader& config, const std::map<std::string, Manifest>& manifests);

/// Empty: none of the applications has this id.
const config::Secret& secret_of(const PlatformApps& apps, const std::string& client_id);

}  // namespace q2o::connector
