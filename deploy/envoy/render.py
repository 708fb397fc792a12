"""Writes Envoy's configuration to standard output: envoy.yaml with the variables of the environment (Q2O_…) put in, and what follows from the
contracts: which services REST is made for, and which methods stream. Python because envsubst can read no contracts.
render.py PROTOSET  (in the venv of scripts/install)
render.py --nginx   nginx's configuration instead, for the pages behind the edge"""
import base64
import json
import os
import pathlib
import re
import string
import sys
import tomllib
import urllib.parse

from google.api import annotations_pb2
from google.protobuf import descriptor_pb2

HERE = pathlib.Path(__file__).parent
SERVICES = ["identity", "billing", "connector", "mapper", "loader", "validator", "notifier"]


def contracts(protoset):
    """(names of services with REST paths, gRPC paths of methods that answer with a stream)"""
    files = descriptor_pb2.FileDescriptorSet.FromString(pathlib.Path(protoset).read_bytes())
    transcoded, streams = [], []
    for file in files.file:
        for service in file.service:
            name = f"{file.package}.{service.name}"
            if any(method.options.HasExtension(annotations_pb2.http) for method in service.method):
                transcoded.append(name)
            streams += [f"/{name}/{method.name}" for method in service.method if method.server_streaming]
    return sorted(transcoded), sorted(streams)


def routes(streams):
    """Per service: first its streams, then the rest. YAML's flow style, one route a line."""
    out = []
    for service in SERVICES:
        prefix = f"/q2o.{service}.v1."
        of_service = [path for path in streams if path.startswith(prefix)]
        retry = {"retry_on": "connect-failure,refused-stream", "num_retries": 2}
        if of_service:
            regex = "(" + "|".join(re.escape(path).replace("\\/", "/") for path in of_service) + ")"
            limit = {"max_stream_duration": "3660s"}
            out.append({"match": {"safe_regex": {"regex": regex}}, "route": {"cluster": service, "timeout": "0s", "max_stream_duration": limit, "retry_policy": retry}})
        limit = {"max_stream_duration": "130s", "grpc_timeout_header_max": "130s"}
        out.append({"match": {"prefix": prefix}, "route": {"cluster": service, "timeout": "0s", "max_stream_duration": limit, "retry_policy": retry}})
    # Intuit and Stripe send small bodies; what is larger is none of theirs.
    hook = {
        "match": {"path": "/api/billing/webhook"},
        "route": {"cluster": "web"},
        "typed_per_filter_config": {
            "envoy.filters.http.buffer": {
                "@type": "type.googleapis.com/envoy.extensions.filters.http.buffer.v3.BufferPerRoute", "buffer": {"max_request_bytes": 262144},
            }
        },
    }  # fmt: skip
    return [hook, *out]


def endpoint(host, port):
    return [{"endpoint": {"address": {"socket_address": {"address": host, "port_value": int(port)}}}}]


def cluster(name, host, port, http2=True, tls=None):
    """STRICT_DNS: an address stays one, a name in containers is looked up again. Bounds keep one slow service from taking the edge with it."""
    bounds = {"max_connections": 256, "max_pending_requests": 256, "max_requests": 1024, "max_retries": 8}
    out = {
        "name": name,
        "type": "STRICT_DNS",
        "connect_timeout": "2s",
        "circuit_breakers": {"thresholds": [bounds]},
        "outlier_detection": {"consecutive_5xx": 20, "consecutive_gateway_failure": 5, "interval": "5s", "base_ejection_time": "5s", "max_ejection_percent": 50},
        "load_assignment": {"cluster_name": name, "endpoints": [{"lb_endpoints": endpoint(host, port)}]},
    }
    if http2:
        alive = {"http2_protocol_options": {"connection_keepalive": {"interval": "30s", "timeout": "10s"}}}
        out["typed_extension_protocol_options"] = {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions", "explicit_http_config": alive,
            }
        }  # fmt: skip
    if tls:
        out["transport_socket"] = {
            "name": "envoy.transport_sockets.tls",
            "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
                "sni": tls,
                "common_tls_context": {
                    "tls_params": {"tls_minimum_protocol_version": "TLSv1_2"},
                    "validation_context": {
                        "trusted_ca": {"filename": os.environ.get("Q2O_EDGE_TRUST", "/etc/ssl/certs/ca-certificates.crt")},
                        "match_typed_subject_alt_names": [{"san_type": "DNS", "matcher": {"exact": tls}}],
                    },
                },
            },
        }
    return out


def issuers(path):
    """(providers, rules, clusters) of jwt_authn. Either a shared secret (HS256, NextAuth) or the issuer's public keys, never both: then a
    public key could pass for a secret."""
    providers, clusters = {}, []
    entries = tomllib.loads(pathlib.Path(path).read_text()).get("issuer", []) if path and pathlib.Path(path).exists() else []
    for entry in entries:
        name = entry["name"]
        provider = {
            "issuer": entry["issuer"],
            "audiences": entry["audiences"],
            "from_headers": [{"name": "authorization", "value_prefix": "Bearer "}],
            "from_cookies": entry.get("cookies", []),
            "payload_in_metadata": "payload",
            "require_expiration": True,
            "clock_skew_seconds": 60,
        }
        if not entry["audiences"]:
            sys.exit(f"{path}: issuer {name} names no audience; tokens for others would be accepted")
        if ("shared_secret_file" in entry) == ("jwks_uri" in entry):
            sys.exit(f"{path}: issuer {name} needs either shared_secret_file or jwks_uri")
        if "shared_secret_file" in entry:
            secret = pathlib.Path(entry["shared_secret_file"]).read_bytes().strip()
            if len(secret) < 32:
                sys.exit(f"{path}: the shared secret of {name} has less than 32 bytes")
            key = base64.urlsafe_b64encode(secret).decode().rstrip("=")
            provider["local_jwks"] = {"inline_string": json.dumps({"keys": [{"kty": "oct", "alg": "HS256", "k": key}]})}
        else:
            address = urllib.parse.urlsplit(entry["jwks_uri"])
            if address.scheme != "https" and not entry.get("insecure"):
                sys.exit(f"{path}: the keys of {name} are not fetched over https")
            secure = address.scheme == "https"
            clusters.append(cluster(f"keys_{name}", address.hostname, address.port or (443 if secure else 80), http2=False, tls=address.hostname if secure else None))
            provider["remote_jwks"] = {
                "http_uri": {"uri": entry["jwks_uri"], "cluster": f"keys_{name}", "timeout": "5s"},
                "cache_duration": "600s",
                "async_fetch": {},
            }
        providers[name] = provider
    if not providers:
        return {}, [], []
    either = [{"provider_name": name} for name in providers] + [{"allow_missing_or_failed": {}}]
    return providers, [{"match": {"prefix": "/"}, "requires": {"requires_any": {"requirements": either}}}], clusters


def lines(entries, indent):
    return "\n".join(f"{' ' * indent}- {json.dumps(entry)}" for entry in entries)


def nginx(environment):
    """Of the pages. Where the edge is another machine or container, Q2O_WEB_ADDRESS is where it reaches this one."""
    values = {
        "ADDRESS": environment.get("Q2O_WEB_ADDRESS", "127.0.0.1"),
        "PORT": environment["Q2O_PORT_WEB"],
        "ROOT": environment.get("Q2O_WEB_ROOT", str(HERE.parents[1] / "web")),
        "RUN": environment["Q2O_RUN"],
        "USER": environment.get("Q2O_WEB_USER", ""),
    }
    return re.sub(r"@([A-Z]+)@", lambda name: values[name[1]], (HERE.parent / "nginx/nginx.conf.in").read_text())


def main():
    if sys.argv[1] == "--nginx":
        print(nginx(os.environ), end="")
        return
    protoset = sys.argv[1]
    environment = dict(os.environ)
    transcoded, streams = contracts(protoset)
    providers, rules, key_clusters = issuers(environment.get("Q2O_EDGE_ISSUERS"))
    clusters = [cluster(name, environment.get(f"Q2O_HOST_{name.upper()}", "127.0.0.1"), environment[f"Q2O_PORT_{name.upper()}"]) for name in SERVICES]
    clusters.append(cluster("web", environment.get("Q2O_HOST_WEB", "127.0.0.1"), environment["Q2O_PORT_WEB"], http2=False))
    origins = [origin for origin in environment["Q2O_EDGE_ORIGINS"].split(",") if origin]
    values = dict(
        environment,
        Q2O_PROTOSET=str(pathlib.Path(protoset).resolve()),
        Q2O_EDGE_SERVICES=json.dumps(transcoded),
        Q2O_EDGE_ROUTES=lines(routes(streams), 24),
        Q2O_EDGE_CLUSTERS=lines(clusters + key_clusters, 4),
        Q2O_EDGE_ORIGIN_MATCHERS=json.dumps([{"exact": origin} for origin in origins]),
        Q2O_EDGE_JWT_PROVIDERS=json.dumps(providers),
        Q2O_EDGE_JWT_RULES=json.dumps(rules),
    )
    values.setdefault("Q2O_EDGE_ADDRESS", "127.0.0.1")
    values.setdefault("Q2O_EDGE_BURST", "1000")
    print(string.Template((HERE / "envoy.yaml").read_text()).substitute(values), end="")


if __name__ == "__main__":
    main()
