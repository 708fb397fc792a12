#include "services/connector/app/platform_apps.h"

namespace q2o::connector {

PlatformApps read_platform_apps(config::Reader& config, const std::map<std::string, Manifest>& manifests) {
  PlatformApps apps;
  for (const auto& [platform, manifest] : manifests) {
    const std::string prefix = "oauth." + platform + ".";
    PlatformApp app;
    app.client_id = config.text(prefix + "client_id", "");
    if (app.client_id.empty()) continue;
    app.client_secret = config.secret(prefix + "client_secret");
    app.redirect_uri = config.text(prefix + "redirect_uri");
    app.base_url = config.text(prefix + "base_url", manifest.base_url);
    app.authorize_url = config.text(prefix + "authorize_url", manifest.oauth.authorize_url);
    app.token_url = config.text(prefix + "token_url", manifest.oauth.token_url);
    app.revoke_url = config.text(prefix + "revoke_url", manifest.oauth.revoke_url);
    apps.emplace(platform, std::move(app));
  }
  return apps;
}

const config::Secret& secret_of(const PlatformApps& apps, const std::string& client_id) {
  static const config::Secret kNone;
  for (const auto& [platform, app] : apps)
    if (app.client_id == client_id) return app.client_secret;
  return kNone;
}

}  // namespace q2o::connector
